import type { MemberDetail } from '@loyalnest/contracts/rest/customers';
import { Metric, MetricList } from '@loyalnest/ui/metric';
import { useTranslation } from 'react-i18next';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';

/** A customer's points by where they are. */
export function Balance({ member }: { member: MemberDetail }) {
  const { t } = useTranslation();
  const { number, money } = useFormats();
  const { data: merchant } = useMerchant();
  const { available, pending, held, earned, valueMinor } = member;
  const value =
    merchant && valueMinor !== null ? t('customers.worth', { value: money(valueMinor, merchant.currency) }) : '\u00a0';
  return (
    <MetricList>
      <Metric
        label={t('customers.available')}
        value={number(available)}
        note={available < 0 ? t('customers.negativeNote') : value}
      />
      <Metric label={t('customers.pending')} value={number(pending)} note={t('customers.pendingNote')} />
      <Metric label={t('customers.held')} value={number(held)} note={t('customers.heldNote')} />
      <Metric label={t('customers.earned')} value={number(earned)} note={t('customers.earnedNote')} />
    </MetricList>
  );
}
