import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Balance } from '../ledger/transfer.ts';
import type { Findings } from './findings.ts';
import { stream } from './snapshot.ts';

type AccountRow = {
  merchant_id: number;
  customer_id: number;
  has_balance: boolean;
  pending: number;
  available: number;
  held: number;
  posted_pending: number;
  posted_available: number;
  posted_held: number;
  lots: number;
  in_lots: number;
};

/** Each customer's stored balance beside what its transfers add up to and what its lots hold. Reads each table once. */
const accountsSql = `
with posted as (
  select merchant_id, customer_id,
    sum(case when to_account = 'pending' then points when from_account = 'pending' then -points else 0 end) as pending,
    sum(case when to_account = 'available' then points when from_account = 'available' then -points else 0 end) as available,
    sum(case when to_account = 'held' then points when from_account = 'held' then -points else 0 end) as held
  from points_transactions
  where merchant_id = any ($1::bigint[])
  group by merchant_id, customer_id
), in_lots as (
  select merchant_id, customer_id, count(*) as lots, sum(remaining) as remaining
  from lots
  where merchant_id = any ($1::bigint[])
  group by merchant_id, customer_id
), stored as (
  select merchant_id, customer_id, pending, available, held
  from customer_balances
  where merchant_id = any ($1::bigint[])
)
select merchant_id, customer_id,
  stored.pending is not null as has_balance,
  coalesce(stored.pending, 0) as pending,
  coalesce(stored.available, 0) as available,
  coalesce(stored.held, 0) as held,
  coalesce(posted.pending, 0)::bigint as posted_pending,
  coalesce(posted.available, 0)::bigint as posted_available,
  coalesce(posted.held, 0)::bigint as posted_held,
  coalesce(in_lots.lots, 0) as lots,
  coalesce(in_lots.remaining, 0)::bigint as in_lots
from posted
full join stored using (merchant_id, customer_id)
full join in_lots using (merchant_id, customer_id)`;

/** Customers' transfers, balances and lots agree. */
export async function checkAccounts(tx: Tx, merchantIds: readonly number[], findings: Findings): Promise<void> {
  const stored = new Map<number, StoredPoints>();
  for await (const row of stream<AccountRow>(tx, accountsSql, [numberArray(merchantIds)])) {
    const { merchant_id: merchantId } = row;
    findings.count('customers', merchantId);
    findings.count('lots', merchantId, row.lots);
    for (const difference of balanceDifferences(row)) findings.differ('balances', merchantId, difference);
    for (const difference of lotDifferences(row)) findings.differ('lots', merchantId, difference);
    addStored(stored, row);
  }
  await checkTotals(tx, merchantIds, { stored, findings });
}

const accounts = ['pending', 'available', 'held'] as const satisfies readonly (keyof Balance)[];

function balanceDifferences(row: AccountRow): string[] {
  return accounts
    .filter((account) => row[account] !== row[`posted_${account}`])
    .map((account) => {
      const stored = row.has_balance ? `${account} is ${row[account]}` : `there is no balance for ${account}`;
      return `customer ${row.customer_id}: ${stored}, but the transfers add up to ${row[`posted_${account}`]}`;
    });
}

function lotDifferences(row: AccountRow): string[] {
  const wanted = Math.max(0, row.available);
  if (row.in_lots === wanted) return [];
  return [
    `customer ${row.customer_id}: lots hold ${row.in_lots}, but available is ${row.available}, so they should hold ${wanted}`,
  ];
}

/** Points in all balances of a merchant, and how many of them its customers' differences already account for. */
type StoredPoints = { points: number; unexplained: number };

function addStored(stored: Map<number, StoredPoints>, row: AccountRow): void {
  const sum = stored.get(row.merchant_id) ?? { points: 0, unexplained: 0 };
  for (const account of accounts) {
    sum.points += row[account];
    sum.unexplained += row[account] - row[`posted_${account}`];
  }
  stored.set(row.merchant_id, sum);
}

type TotalsRow = { merchant_id: number; transfers: number; outstanding: number; in_default: number };

/** What the programme's accounts gave out and have not taken back: that much must be with customers. */
const totalsSql = `
select merchant_id, count(*) as transfers,
  (coalesce(sum(points) filter (where from_account in ('issued', 'redeemed', 'expired', 'revoked', 'adjusted', 'migrated')), 0)
    - coalesce(sum(points) filter (where to_account in ('issued', 'redeemed', 'expired', 'revoked', 'adjusted', 'migrated')), 0)
  )::bigint as outstanding,
  count(*) filter (where tableoid = to_regclass('points_transactions_default')) as in_default
from points_transactions
where merchant_id = any ($1::bigint[])
group by merchant_id`;

type TotalsContext = { stored: ReadonlyMap<number, StoredPoints>; findings: Findings };

async function checkTotals(tx: Tx, merchantIds: readonly number[], { stored, findings }: TotalsContext): Promise<void> {
  const rows = await tx.query<TotalsRow>(totalsSql, [numberArray(merchantIds)]);
  for (const row of rows) {
    findings.count('transfers', row.merchant_id, row.transfers);
    const { points, unexplained } = stored.get(row.merchant_id) ?? { points: 0, unexplained: 0 };
    if (points - unexplained !== row.outstanding) {
      findings.differ(
        'trial-balance',
        row.merchant_id,
        `the programme's accounts gave out ${row.outstanding} more than they took back, but customers have ${points - unexplained}`,
      );
    }
    if (row.in_default > 0) {
      findings.differ('partitions', row.merchant_id, `${row.in_default} transfers are in no month's partition`);
    }
  }
}
