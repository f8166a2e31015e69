import { useTranslation } from 'react-i18next';
import { useUndoAdjustment } from '../../api/customers.ts';
import { useProblemText } from '../../i18n/use-problem-text.ts';
import { showToast } from '../../shopify/toast.ts';

/** Takes an adjustment back and says so, or why not. */
export function useUndo() {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const { mutateAsync, isPending } = useUndoAdjustment();
  const undo = (transferId: number): Promise<void> =>
    mutateAsync(transferId).then(
      () => showToast(t('customers.undoneToast')),
      (error: unknown) => showToast(problemText(error), { isError: true }),
    );
  return { undo, isUndoing: isPending };
}
