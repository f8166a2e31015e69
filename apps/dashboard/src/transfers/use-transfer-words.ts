import { useTranslation } from 'react-i18next';
import { useFormats } from '../i18n/format.ts';
import { usePoints } from '../i18n/points.ts';
import type { TransferWords } from './describe-transfer.ts';

/** The words of the reader's language and of the shop, for `describeTransfer`. */
export function useTransferWords(): TransferWords {
  const { t } = useTranslation();
  const { decimal } = useFormats();
  const { points } = usePoints();
  return { t, points, decimal };
}
