import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { rolesQuery } from '../../api/merchant.ts';

/** Who changed something, from what the ledger keeps of it: `staff:12`, `customer` or a part of the product. */
export function useStaffName(): (actor: string) => string {
  const { t } = useTranslation();
  const { data } = useQuery(rolesQuery);
  return (actor) => {
    const userId = /^staff:(\d+)$/.exec(actor)?.[1];
    if (userId === undefined) return t('settings.history.product');
    if (Number(userId) === data?.userId) return t('settings.history.you');
    return t('settings.history.staff', { userId });
  };
}
