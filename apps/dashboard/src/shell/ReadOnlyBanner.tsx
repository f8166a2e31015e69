import { Banner } from '@loyalnest/ui/banner';
import { useTranslation } from 'react-i18next';
import { useAccess } from '../api/merchant.ts';

/** Says why nothing can be changed here, to whom it concerns. */
export function ReadOnlyBanner() {
  const { t } = useTranslation();
  const { isReadOnly } = useAccess();
  if (!isReadOnly) return null;
  return <Banner title={t('shell.readOnlyTitle')}>{t('common.readOnly')}</Banner>;
}
