import type { CustomerSort } from '@loyalnest/contracts/rest/customers';
import { Badge } from '@loyalnest/ui/badge';
import { DataTable, type Column } from '@loyalnest/ui/data-table';
import { SkeletonText } from '@loyalnest/ui/skeleton';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import { customerName } from './customer-name.ts';
import { sortAddress, type ListQuery } from './list-query.ts';
import type { CustomerRow } from './use-customer-rows.ts';

type CustomerTableProps = {
  query: ListQuery;
  rows: CustomerRow[] | undefined;
  isStale: boolean;
  empty: ReactNode;
};

export function CustomerTable({ query, rows, isStale, empty }: CustomerTableProps) {
  const { t } = useTranslation();
  const { number, relative } = useFormats();
  const sortBy = (sort: CustomerSort) => ({
    to: sortAddress(query, sort),
    order: query.sort === sort ? query.order : null,
  });
  const columns: Column<CustomerRow>[] = [
    { id: 'name', header: t('customers.customer'), cell: (row) => <Name row={row} /> },
    {
      id: 'available',
      header: t('customers.available'),
      isNumeric: true,
      sort: sortBy('available'),
      cell: ({ member }) =>
        member.available < 0 ? <Badge tone="critical">{number(member.available)}</Badge> : number(member.available),
    },
    { id: 'pending', header: t('customers.pending'), isNumeric: true, cell: ({ member }) => number(member.pending) },
    {
      id: 'earned',
      header: t('customers.earned'),
      isNumeric: true,
      sort: sortBy('earned'),
      cell: ({ member }) => number(member.earned),
    },
    {
      id: 'orders',
      header: t('customers.orders'),
      isNumeric: true,
      sort: sortBy('orders'),
      cell: ({ member }) => number(member.orders),
    },
    {
      id: 'lastActivity',
      header: t('customers.lastActivity'),
      sort: sortBy('lastActivity'),
      cell: ({ member }) => (member.lastActivityAt === null ? t('customers.never') : relative(member.lastActivityAt)),
    },
  ];
  return (
    <DataTable
      caption={t('customers.title')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.customerId}
      linkOf={(row) => `/customers/${row.customerId}`}
      isStale={isStale}
      empty={empty}
    />
  );
}

/** Two lines, whether they are known or not: names come later than points, and no row may move when they do. */
function Name({ row: { customerId, member, identity } }: { row: CustomerRow }) {
  const { t } = useTranslation();
  if (identity === undefined) {
    return (
      <>
        <SkeletonText width="w-40" />
        <SkeletonText width="w-48" size="sm" />
      </>
    );
  }
  const name = customerName(identity, { customerId, t });
  const email = identity?.email !== name ? identity?.email : null;
  return (
    <>
      <span className="flex flex-wrap items-center gap-2">
        <bdi>{name}</bdi>
        {member.isClosed && <Badge>{t('customers.closed')}</Badge>}
      </span>
      <span className="block text-sm font-regular break-all text-ink-secondary">{email ?? '\u00a0'}</span>
    </>
  );
}
