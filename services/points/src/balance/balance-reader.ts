import { answerMs, Database, isUnavailable } from '@loyalnest/platform/database/database';
import { Injectable } from '@nestjs/common';
import type { CustomerKey } from '../ledger/posting.repository.ts';
import { readBalances, type BalanceView } from './balance.repository.ts';
import { KnownBalances, type KnownBalance } from './known-balances.ts';

/** Balances read in one statement. */
const batchMax = 256;
/**
 * Statements under way at once; what arrives meanwhile forms the next one. A second begins only when a whole batch waits: two
 * half ones cost a fifth more than one.
 */
const concurrentMax = 2;

type Waiting = {
  customer: CustomerKey;
  /** Whether an earlier balance is better than none. */
  takesKnown: boolean;
  resolve: (balance: KnownBalance) => void;
  reject: (error: unknown) => void;
};

/**
 * Reads balances, those that are asked for at the same time together: always what is committed, never a copy in memory,
 * and under load one transaction for many shoppers. What was read is kept for those who want to be told something while the
 * database is away.
 */
@Injectable()
export class BalanceReader {
  #waiting: Waiting[] = [];
  #running = 0;
  /** Batches that PostgreSQL has left without an answer for too long. */
  #silent = 0;

  constructor(
    private readonly database: Database,
    private readonly known: KnownBalances,
  ) {}

  /** What is committed. Throws `database-unavailable`. */
  read(customer: CustomerKey): Promise<BalanceView> {
    return this.#ask(customer, false);
  }

  /** As `read`; while the database is away, the last balance that was read, with `asOf`, if that is known. */
  readOrRecall(customer: CustomerKey): Promise<KnownBalance> {
    return this.#silent === 0 ? this.#ask(customer, true) : this.#recallOrAsk(customer);
  }

  async #recallOrAsk(customer: CustomerKey): Promise<KnownBalance> {
    return (await this.known.find(customer)) ?? this.#ask(customer, true);
  }

  #ask(customer: CustomerKey, takesKnown: boolean): Promise<KnownBalance> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ customer, takesKnown, resolve, reject });
      const isEnough = this.#running === 0 || (this.#running < concurrentMax && this.#waiting.length >= batchMax);
      if (isEnough) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running += 1;
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#answer(this.#waiting.splice(0, batchMax));
    this.#running -= 1;
  }

  /**
   * Whoever takes what is known does not wait for a PostgreSQL that says nothing. The others do, and the next batch with them: no
   * more connections wait for it than for one that answers.
   */
  async #answer(batch: readonly Waiting[]): Promise<void> {
    let isSilent = false;
    const silence = setTimeout(() => {
      isSilent = true;
      this.#silent += 1;
      void this.#recall([...batch, ...this.#waiting], () => undefined);
    }, answerMs);
    await this.#readBatch(batch);
    clearTimeout(silence);
    if (isSilent) this.#silent -= 1;
  }

  async #readBatch(batch: readonly Waiting[]): Promise<void> {
    const customers = batch.map(({ customer }) => customer);
    const merchantIds = [...new Set(customers.map(({ merchantId }) => merchantId))];
    try {
      const balances = await this.database.forLookUps(merchantIds, (tx) => readBalances(tx, customers, 'commits'));
      batch.forEach(({ resolve }, index) => resolve(balances[index] as BalanceView));
      this.known.keep(customers, balances);
    } catch (error) {
      if (isUnavailable(error)) return this.#recall(batch, ({ reject }) => reject(error));
      for (const { reject } of batch) reject(error);
    }
  }

  /** Answers those who take what is known, if it is. */
  async #recall(batch: readonly Waiting[], otherwise: (waiting: Waiting) => void): Promise<void> {
    await Promise.all(
      batch.map(async (waiting) => {
        const known = waiting.takesKnown ? await this.known.find(waiting.customer) : undefined;
        if (known) waiting.resolve(known);
        else otherwise(waiting);
      }),
    );
  }
}
