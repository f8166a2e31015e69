import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { DifferenceCounts } from '../proof/findings.ts';

export type LastProofs = { proven: number; differing: number; oldest: Date | null; differences: DifferenceCounts };

export const noProofs: LastProofs = { proven: 0, differing: 0, oldest: null, differences: {} };

/** The last proof of each merchant, found by the primary key. */
const lastSql = `
from unnest($1::bigint[]) as wanted (merchant_id)
cross join lateral (
  select is_ok, proved_at, difference_counts from ledger_proofs
  where ledger_proofs.merchant_id = wanted.merchant_id
  order by proved_on desc
  limit 1
) as last`;

/** Adds up what the last proofs of these merchants say. */
export async function sumLastProofs(tx: Tx, merchantIds: readonly number[]): Promise<LastProofs> {
  const [shops] = await tx.query<Omit<LastProofs, 'differences'>>(
    `select count(*) as proven, count(*) filter (where not is_ok) as differing, min(proved_at) as oldest ${lastSql}`,
    [numberArray(merchantIds)],
  );
  if (!shops) throw new Error('a sum has one row');
  if (shops.differing === 0) return { ...shops, differences: {} };
  const counts = await tx.query<{ check: string; count: number }>(
    `select found.key as check, sum(found.value::bigint)::bigint as count ${lastSql}
     cross join lateral jsonb_each_text(difference_counts) as found
     group by found.key`,
    [numberArray(merchantIds)],
  );
  return { ...shops, differences: Object.fromEntries(counts.map(({ check, count }) => [check, count])) };
}

export function addUp(one: LastProofs, other: LastProofs): LastProofs {
  const names = new Set([...Object.keys(one.differences), ...Object.keys(other.differences)]) as Set<
    keyof DifferenceCounts
  >;
  return {
    proven: one.proven + other.proven,
    differing: one.differing + other.differing,
    oldest: earlier(one.oldest, other.oldest),
    differences: Object.fromEntries(
      [...names].map((name) => [name, (one.differences[name] ?? 0) + (other.differences[name] ?? 0)]),
    ),
  };
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}
