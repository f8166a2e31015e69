import type { MemberPanel } from '@loyalnest/contracts/rest/storefront';
import type { Speech } from '../i18n/speech.ts';
import { orderNameOf } from './order-name.ts';

/** Points of orders that cannot be spent yet. */
export function Pending({ orders, speech }: { orders: MemberPanel['pending']; speech: Speech }) {
  const { t, date, points } = speech;
  if (orders.length === 0) return null;
  return (
    <section>
      <h2>{t('pending.heading')}</h2>
      <ul class="rows">
        {orders.map((order) => (
          <li key={order.orderId}>
            <div>
              <span>{t('history.order', { order: orderNameOf(order) })}</span>
              <small>{order.approveAt ? t('pending.on', { date: date(order.approveAt) }) : t('pending.later')}</small>
            </div>
            <span class="price">{points(order.points)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Expiring({ lots, speech }: { lots: MemberPanel['expiring']; speech: Speech }) {
  const { t, date, points } = speech;
  if (lots.length === 0) return null;
  return (
    <section>
      <h2>{t('expiring.heading')}</h2>
      <ul class="rows">
        {lots.map((lot) => (
          <li key={lot.at}>
            <span>{points(lot.points)}</span>
            <span class="price">{t('expiring.on', { date: date(lot.at) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
