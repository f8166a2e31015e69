import type { CustomerIdentity } from '@loyalnest/contracts/rest/customers';
import { useTranslation } from 'react-i18next';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';

export function Contact({ customerId, identity }: { customerId: number; identity: CustomerIdentity | null }) {
  const { t } = useTranslation();
  const { data: merchant } = useMerchant();
  const { date } = useFormats(merchant?.timezone);
  if (identity === null) return <p className="text-ink-secondary">{t('customers.unknownText')}</p>;
  if (identity.isRedacted) return <p className="text-ink-secondary">{t('customers.redactedText')}</p>;
  const rows = [
    { label: t('customers.email'), value: identity.email },
    { label: t('customers.phone'), value: identity.phone },
    { label: t('customers.since'), value: identity.joinedAt === null ? null : date(identity.joinedAt) },
    { label: t('customers.shopifyId'), value: String(customerId) },
  ];
  return (
    <dl className="flex flex-col gap-2">
      {rows.map(({ label, value }) => (
        <div key={label}>
          <dt className="text-sm text-ink-secondary">{label}</dt>
          {/* Addresses and numbers keep their direction inside text that runs from right to left. */}
          <dd className="break-words">{value === null ? t('customers.none') : <bdi>{value}</bdi>}</dd>
        </div>
      ))}
    </dl>
  );
}
