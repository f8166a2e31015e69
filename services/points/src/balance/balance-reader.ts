import { Database } from '@loyalnest/platform/database/database';
import { Injectable } from '@nestjs/common';
import type { CustomerKey } from '../ledger/posting.repository.ts';
import { readBalances, type BalanceView } from './balance.repository.ts';

/** Balances read in one statement. */
const batchMax = 256;
/** Statements under way at once; what arrives meanwhile forms the next one. */
const concurrentMax = 2;
/** Shoppers who have to wait before a second statement begins: with fewer, it costs more than it gains. */
const secondMin = 64;

type Waiting = { customer: CustomerKey; resolve: (balance: BalanceView) => void; reject: (error: Error) => void };

/**
 * Reads balances, those that are asked for at the same time together: always what is committed, never a copy in memory,
 * and under load one transaction for many shoppers.
 */
@Injectable()
export class BalanceReader {
  #waiting: Waiting[] = [];
  #running = 0;

  constructor(private readonly database: Database) {}

  read(customer: CustomerKey): Promise<BalanceView> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ customer, resolve, reject });
      const isEnough = this.#running === 0 || (this.#running < concurrentMax && this.#waiting.length >= secondMin);
      if (isEnough) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running += 1;
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#readBatch(this.#waiting.splice(0, batchMax));
    this.#running -= 1;
  }

  async #readBatch(batch: readonly Waiting[]): Promise<void> {
    const merchantIds = [...new Set(batch.map(({ customer }) => customer.merchantId))];
    try {
      const customers = batch.map(({ customer }) => customer);
      const balances = await this.database.forLookUps(merchantIds, (tx) => readBalances(tx, customers, 'commits'));
      batch.forEach(({ resolve }, index) => resolve(balances[index] as BalanceView));
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    }
  }
}
