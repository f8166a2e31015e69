import type { Tx } from '@loyalnest/platform/database/database';

/** From the first moment of a period to the one just after it. */
export type Period = { from: Date; to: Date };

/**
 * How the points that customers have came to be what they are, in whole points:
 * `opening + issued − redeemed − expired − revoked + adjusted + migrated = closing`.
 */
export type RollForward = {
  /** With customers when the period began: pending, available and held. */
  opening: number;
  issued: number;
  /** Spent on rewards, less what came back because their orders were refunded; below zero if more came back. */
  redeemed: number;
  expired: number;
  /** Taken back: orders cancelled or refunded, customers deleted. */
  revoked: number;
  /** By hand, given less taken. */
  adjusted: number;
  /** Imports and merges, in less out. A merge alone nets to nothing. */
  migrated: number;
  /** With customers when the period ended. Counted on the customers' side, not as the sum of the lines above. */
  closing: number;
  /** Points that should have been taken back and were not there; beside the balance, not part of it. */
  forgiven: number;
};

/** What left an account of the programme, less what came to it, since the period began. */
function given(account: string): string {
  return `(coalesce(sum(points) filter (where created_at >= $2 and from_account = '${account}'), 0)
    - coalesce(sum(points) filter (where created_at >= $2 and to_account = '${account}'), 0))::bigint`;
}

const ofCustomers = `('pending', 'available', 'held')`;

const rollForwardSql = `
select
  (coalesce(sum(points) filter (where created_at < $2 and to_account in ${ofCustomers}), 0)
    - coalesce(sum(points) filter (where created_at < $2 and from_account in ${ofCustomers}), 0))::bigint as opening,
  ${given('issued')} as issued,
  ${given('redeemed')} as given_back,
  ${given('expired')} as unexpired,
  ${given('revoked')} as unrevoked,
  ${given('adjusted')} as adjusted,
  ${given('migrated')} as migrated,
  (coalesce(sum(points) filter (where to_account in ${ofCustomers}), 0)
    - coalesce(sum(points) filter (where from_account in ${ofCustomers}), 0))::bigint as closing,
  coalesce(sum(shortfall) filter (where created_at >= $2), 0)::bigint as forgiven
from points_transactions
where merchant_id = $1 and created_at < $3`;

type Row = Record<
  'opening' | 'issued' | 'given_back' | 'unexpired' | 'unrevoked' | 'adjusted' | 'migrated' | 'closing' | 'forgiven',
  number
>;

/** The roll-forward of one merchant, from its transfers alone. Reads each month up to the period's end once. */
export async function rollForward(tx: Tx, merchantId: number, { from, to }: Period): Promise<RollForward> {
  const [row] = await tx.query<Row>(rollForwardSql, [merchantId, from, to]);
  if (!row) throw new Error('a sum has one row');
  const { opening, issued, adjusted, migrated, closing, forgiven } = row;
  return {
    opening,
    issued,
    redeemed: 0 - row.given_back,
    expired: 0 - row.unexpired,
    revoked: 0 - row.unrevoked,
    adjusted,
    migrated,
    closing,
    forgiven,
  };
}
