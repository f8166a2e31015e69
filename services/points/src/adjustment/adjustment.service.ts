import type { Adjustment, AdjustRequest } from '@loyalnest/contracts/rest/customers';
import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { Injectable } from '@nestjs/common';
import type { Entry } from '../ledger/book.ts';
import { Ledger } from '../ledger/ledger.service.ts';
import { retryLostRaces } from '../ledger/lost-race.ts';
import { ensureBalances, findLots, lockBalances, writePostings } from '../ledger/posting.repository.ts';
import { transferEvent } from '../ledger/transfer-events.ts';
import { TransferIds } from '../ledger/transfer-ids.ts';
import { findTransfersByKey } from '../ledger/transfer.repository.ts';
import type { Balance, Transfer } from '../ledger/transfer.ts';
import { addMonths } from '../orders/order-plan.ts';
import { findProgrammes } from '../programme/programme.repository.ts';
import { adjustedPoints, isUndoable, planUndo, undoKey } from './adjustment.ts';
import { findTransfer, hasExpired } from './adjustment.repository.ts';

export type AdjustResult =
  | { outcome: 'adjusted'; adjustment: Adjustment }
  | { outcome: 'customer-not-found' }
  | { outcome: 'insufficient-points'; available: number };

export type UndoResult =
  | AdjustResult
  | { outcome: 'transfer-not-found' }
  | { outcome: 'not-undoable' }
  | { outcome: 'already-undone'; undoneBy: number };

type By = { merchantId: number; actor: string };

/** Points that people give and take by hand, with a reason, and take back. */
@Injectable()
export class Adjustments {
  readonly #ids: TransferIds;

  constructor(
    private readonly database: Database,
    private readonly ledger: Ledger,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
  ) {
    this.#ids = new TransferIds(database);
  }

  /**
   * The same `requestKey` again finds what it did. A customer whom the ledger has not met is given a balance: Shopify's
   * customers need no points to exist, and only admin-core knows who they are.
   */
  adjust({ merchantId, actor, requestKey, ...request }: AdjustRequest & By & { requestKey: string }) {
    const now = this.clock.now();
    return this.#inTransaction(merchantId, async (tx): Promise<AdjustResult> => {
      const customer = { merchantId, customerId: request.customerId };
      if (request.points > 0) await ensureBalances(tx, [customer]);
      const [balance] = await lockBalances(tx, { customers: [customer] });
      if (balance?.isClosed) return { outcome: 'customer-not-found' };
      const afterMonths = (await findProgrammes(tx, [merchantId])).get(merchantId)?.settings.expiry.afterMonths ?? null;
      const entry = entryOf(request, { actor, businessKey: `adjust/${requestKey}`, now, afterMonths });
      const [posted] = await this.ledger.post(tx, merchantId, [entry], now);
      if (!posted) throw new Error('a posting has no result');
      if (posted.outcome === 'insufficient') return { outcome: 'insufficient-points', available: posted.available };
      return adjusted(posted.transfer, posted.balance);
    });
  }

  /** Posts the reverse of an adjustment, once. */
  undo({ merchantId, actor, transferId }: By & { transferId: number }) {
    const now = this.clock.now();
    return this.#inTransaction(merchantId, async (tx): Promise<UndoResult> => {
      const undone = await findTransfer(tx, merchantId, transferId);
      if (!undone) return { outcome: 'transfer-not-found' };
      if (!isUndoable(undone)) return { outcome: 'not-undoable' };
      const customer = { merchantId, customerId: undone.customerId };
      const [balance] = await lockBalances(tx, { customers: [customer] });
      const [done] = await findTransfersByKey(tx, { merchantId, businessKeys: [undoKey(transferId)] });
      if (done) return { outcome: 'already-undone', undoneBy: done.transferId };
      if (!balance || balance.isClosed) return { outcome: 'customer-not-found' };

      const touched = [transferId, ...(undone.lots ?? []).map(([lotId]) => lotId)];
      const lots = await findLots(
        tx,
        [customer],
        touched.map((lotId) => ({ ...customer, lotId })),
      );
      const nextTransferId = await this.#ids.block(1, tx);
      const plan = planUndo({
        undone,
        balance,
        lots: lots.map(({ merchantId: _, customerId: __, ...lot }) => lot),
        hasExpired: await hasExpired(tx, customer, transferId),
        actor,
        transferId: nextTransferId(),
        now,
      });
      if (plan.outcome === 'insufficient') return { outcome: 'insufficient-points', available: plan.available };
      const after = { ...balance, available: balance.available + adjustedPoints(plan.transfer) };
      await writePostings(tx, {
        now,
        orders: [],
        postings: [{ merchantId, ...plan.posting }],
        events: [transferEvent(plan.transfer, after)],
        hasBalance: () => true,
      });
      return adjusted(plan.transfer, after);
    });
  }

  async #inTransaction<R>(merchantId: number, work: (tx: Tx) => Promise<R>): Promise<R> {
    const result = await retryLostRaces(() => this.database.forMerchant(merchantId, work));
    this.signal.committed();
    return result;
  }
}

type EntryContext = { actor: string; businessKey: string; now: Date; afterMonths: number | null };

/** Points given by hand last as long as those that are earned now. */
function entryOf({ customerId, points, reason }: AdjustRequest, context: EntryContext): Entry {
  const { actor, businessKey, now, afterMonths } = context;
  const common = { kind: 'adjust' as const, customerId, points: Math.abs(points), businessKey, reason, actor };
  if (points < 0) return { ...common, direction: 'debit' };
  return { ...common, direction: 'credit', earnedAt: now, expiresAt: addMonths(now, afterMonths) };
}

function adjusted(transfer: Transfer, { available }: Pick<Balance, 'available'>): AdjustResult {
  return {
    outcome: 'adjusted',
    adjustment: {
      transferId: transfer.transferId,
      customerId: transfer.customerId,
      points: adjustedPoints(transfer),
      available,
      reason: transfer.reason ?? '',
      reversesTransferId: transfer.reversesTransferId,
    },
  };
}
