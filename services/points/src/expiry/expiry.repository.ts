import type { Tx } from '@loyalnest/platform/database/database';
import type { CustomerKey } from '../ledger/posting.repository.ts';

export type DueLot = CustomerKey & { lotId: number; expiresAt: Date };

type DueRow = { merchant_id: number; customer_id: number; lot_id: number; expires_at: Date };

/** Lots of the stated merchants whose date has passed, after the given one. Relies on the index `lots_to_expire`. */
export async function findDueLots(
  tx: Tx,
  { now, after, limit }: { now: Date; after: DueLot | undefined; limit: number },
): Promise<DueLot[]> {
  const rows = await tx.query<DueRow>(
    `select merchant_id, customer_id, lot_id, expires_at
     from lots
     where remaining > 0 and expires_at <= $1
       and (expires_at, merchant_id, lot_id) > ($2::timestamptz, $3::bigint, $4::bigint)
     order by expires_at, merchant_id, lot_id
     limit $5`,
    [now, after?.expiresAt ?? '-infinity', after?.merchantId ?? 0, after?.lotId ?? 0, limit],
  );
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    lotId: row.lot_id,
    expiresAt: row.expires_at,
  }));
}
