import type { HistoryEntry } from '@loyalnest/contracts/rest/points';
import type { HistoryRow } from './history.repository.ts';

/** Kinds that move what an order is due; only those are explained by its award. */
const ofAward: ReadonlySet<string> = new Set(['earn', 'approve', 'void', 'clawback']);

/** A transfer as the API tells it. */
export function historyEntry(row: HistoryRow): HistoryEntry {
  return {
    transferId: row.transfer_id,
    at: row.created_at.toISOString(),
    kind: row.kind,
    from: row.from_account,
    to: row.to_account,
    points: row.points,
    shortfall: row.shortfall,
    orderId: row.order_id,
    orderName: row.order_name,
    redemptionId: row.redemption_id,
    ruleVersion: row.rule_version,
    reversesTransferId: row.reverses_transfer_id,
    reason: row.reason,
    actor: row.actor,
    earnedBy: earnedBy(row),
    undoneBy: row.undone_by,
  };
}

function earnedBy({ kind, rule, currency }: HistoryRow): HistoryEntry['earnedBy'] {
  if (!rule || currency === null || !ofAward.has(kind)) return null;
  return { kind: rule.kind, rate: rule.kind === 'fixed' ? String(rule.fixedPoints) : rule.rate, currency };
}
