import type { MemberDetail } from '@loyalnest/contracts/rest/customers';
import { useTranslation } from 'react-i18next';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';
import { usePoints } from '../../i18n/points.ts';

/** A card's worth; a customer of many years has hundreds. */
const shownMax = 8;

/** The points that can be spent, by when they were earned: those that expire soonest first. */
export function Lots({ lots }: { lots: MemberDetail['lots'] }) {
  const { t } = useTranslation();
  const { data: merchant } = useMerchant();
  const { number, date, relative } = useFormats(merchant?.timezone);
  const { points } = usePoints();
  if (lots.length === 0) return <p className="text-ink-secondary">{t('customers.lotsNone')}</p>;
  const hidden = lots.length - shownMax;
  return (
    <>
      <ul className="divide-y divide-line-secondary">
        {lots.slice(0, shownMax).map((lot) => (
          <li key={lot.lotId} className="flex items-baseline justify-between gap-3 py-1.5 first:pt-0 last:pb-0">
            <span className="font-medium whitespace-nowrap tabular-nums">{points(lot.remaining)}</span>
            <span className="text-end text-sm text-ink-secondary">
              {lot.expiresAt === null
                ? t('customers.lotNever', { date: date(lot.earnedAt) })
                : t('customers.lotExpires', { date: date(lot.expiresAt), ago: relative(lot.expiresAt) })}
            </span>
          </li>
        ))}
      </ul>
      {hidden > 0 && (
        <p className="mt-2 text-sm text-ink-secondary">{t('customers.lotsMore', { number: number(hidden) })}</p>
      )}
    </>
  );
}
