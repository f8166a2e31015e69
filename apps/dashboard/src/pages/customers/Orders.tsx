import type { MemberOrderPage } from '@loyalnest/contracts/rest/customers';
import { Badge, type Tone } from '@loyalnest/ui/badge';
import { DataTable, type Column } from '@loyalnest/ui/data-table';
import { EmptyState } from '@loyalnest/ui/empty-state';
import { useTranslation } from 'react-i18next';
import { useMemberOrders } from '../../api/customers.ts';
import { useMerchant } from '../../api/merchant.ts';
import { useFormats } from '../../i18n/format.ts';
import { MoreRows } from './MoreRows.tsx';

type Order = MemberOrderPage['items'][number];

export function Orders({ customerId }: { customerId: number }) {
  const { t } = useTranslation();
  const orders = useMemberOrders(customerId);
  const { data: merchant } = useMerchant();
  const { number, date, money } = useFormats(merchant?.timezone);
  const columns: Column<Order>[] = [
    {
      id: 'order',
      header: t('customers.order'),
      cell: (order) => <bdi>{order.name ?? String(order.orderId)}</bdi>,
    },
    {
      id: 'placedAt',
      header: t('customers.date'),
      cell: (order) => (order.placedAt === null ? '–' : date(order.placedAt)),
    },
    { id: 'status', header: t('customers.status'), cell: (order) => <OrderStatus status={order.status} /> },
    {
      id: 'total',
      header: t('customers.total'),
      isNumeric: true,
      cell: ({ totalMinor, currency }) =>
        totalMinor === null || currency === null ? '–' : money(totalMinor, currency),
    },
    {
      id: 'points',
      header: t('customers.points'),
      isNumeric: true,
      cell: ({ duePoints, pendingPoints, approveAt }) => (
        <>
          {number(duePoints)}
          {pendingPoints > 0 && approveAt !== null && (
            <span className="block text-sm text-ink-secondary">
              {t('customers.pendingUntil', { date: date(approveAt) })}
            </span>
          )}
        </>
      ),
    },
  ];
  return (
    <MoreRows list={orders} errorTitle={t('customers.ordersErrorTitle')}>
      {(rows) => (
        <DataTable
          caption={t('customers.orders')}
          columns={columns}
          rows={rows}
          keyOf={(order) => order.orderId}
          empty={<EmptyState title={t('customers.ordersNoneTitle')}>{t('customers.ordersNoneText')}</EmptyState>}
        />
      )}
    </MoreRows>
  );
}

const tones: Record<Order['status'], Tone> = {
  open: 'info',
  paid: 'success',
  refunded: 'base',
  partially_refunded: 'warning',
  cancelled: 'base',
  test: 'base',
};

function OrderStatus({ status }: { status: Order['status'] }) {
  const { t } = useTranslation();
  const labels: Record<Order['status'], string> = {
    open: t('customers.orderOpen'),
    paid: t('customers.orderPaid'),
    refunded: t('customers.orderRefunded'),
    partially_refunded: t('customers.orderPartlyRefunded'),
    cancelled: t('customers.orderCancelled'),
    test: t('customers.orderTest'),
  };
  return <Badge tone={tones[status]}>{labels[status]}</Badge>;
}
