import { Database, type Tx } from '@loyalnest/platform/database/database';
import { Injectable } from '@nestjs/common';
import { Book, touchesLots, type Entry } from './book.ts';
import { ensureBalances, findLots, lockBalances, writePostings } from './posting.repository.ts';
import { transferEvent } from './transfer-events.ts';
import { TransferIds } from './transfer-ids.ts';
import { findTransfersByKey } from './transfer.repository.ts';
import type { Balance, Transfer } from './transfer.ts';

/** What became of one entry, with the customer's balance after the whole call. */
export type PostResult = { balance: Balance } & (
  | { outcome: 'posted'; transfer: Transfer }
  /** Its business key was used before; `transfer` is the one that used it. */
  | { outcome: 'already-posted'; transfer: Transfer }
  | { outcome: 'insufficient'; available: number }
);

/**
 * Posts entries of one merchant in the caller's transaction: transfers, keys, lots, balances and events, or none of them
 * if it rolls back. Use `retryLostRaces` around the transaction.
 */
@Injectable()
export class Ledger {
  readonly #ids: TransferIds;

  constructor(database: Database) {
    this.#ids = new TransferIds(database);
  }

  /**
   * One result per entry, in their order; an entry that is insufficient does not keep the others from being posted. At
   * most 1,024 entries. Holds the balance rows of all their customers until the transaction ends.
   */
  async post(tx: Tx, merchantId: number, entries: readonly Entry[], now: Date): Promise<PostResult[]> {
    if (entries.length === 0) return [];
    const customers = [...new Set(entries.map((entry) => entry.customerId))].map((customerId) => ({
      merchantId,
      customerId,
    }));
    await ensureBalances(
      tx,
      entries.filter(isCredit).map(({ customerId }) => ({ merchantId, customerId })),
    );
    const balances = await lockBalances(tx, { customers });
    const businessKeys = entries.map((entry) => entry.businessKey);
    const transfers = new Map(
      (await findTransfersByKey(tx, { merchantId, businessKeys })).map((transfer) => [transfer.businessKey, transfer]),
    );

    const fresh = entries.filter((entry) => !transfers.has(entry.businessKey));
    const ids = await this.#ids.block(fresh.length, tx);
    const book = new Book({ merchantId, now, nextTransferId: ids });
    const lots = Map.groupBy(await lotsOf(tx, merchantId, fresh), (lot) => lot.customerId);
    const rows = new Map(balances.map((balance) => [balance.customerId, balance]));
    for (const { customerId } of customers) {
      const { pending, available, held } = rows.get(customerId) ?? { pending: 0, available: 0, held: 0 };
      book.open(customerId, { pending, available, held }, lots.get(customerId));
    }

    const results: PostResult[] = [];
    for (const entry of entries) {
      const balance = book.balance(entry.customerId);
      const transfer = transfers.get(entry.businessKey);
      if (transfer) {
        results.push({ outcome: 'already-posted', transfer, balance });
        continue;
      }
      const posted = book.post(entry);
      if (posted.outcome === 'posted') transfers.set(entry.businessKey, posted.transfer);
      results.push({ ...posted, balance });
    }

    const posting = book.posting();
    if (posting.transfers.length === 0) return results;
    await writePostings(tx, {
      now,
      orders: [],
      postings: [{ merchantId, ...posting }],
      events: posting.transfers.map((transfer) => transferEvent(transfer, book.balance(transfer.customerId))),
      hasBalance: ({ customerId }) => rows.has(customerId),
    });
    return results;
  }
}

/** Whether the entry may be the first that its customer ever had. */
function isCredit(entry: Entry): boolean {
  if (entry.kind === 'adjust' || entry.kind === 'migrate') return entry.direction === 'credit';
  return entry.kind === 'earn';
}

function lotsOf(tx: Tx, merchantId: number, entries: readonly Entry[]) {
  const touching = entries.filter(touchesLots);
  const customers = [...new Set(touching.map((entry) => entry.customerId))].map((customerId) => ({
    merchantId,
    customerId,
  }));
  const named = touching.flatMap((entry) =>
    'shares' in entry ? entry.shares.map(([lotId]) => ({ merchantId, customerId: entry.customerId, lotId })) : [],
  );
  return findLots(tx, customers, named);
}
