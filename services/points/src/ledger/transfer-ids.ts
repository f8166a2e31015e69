import type { Database, Tx } from '@loyalnest/platform/database/database';

/** Ids per visit to the sequence; equal to the `increment by` of `transfer_ids`. */
const blockSize = 1024;

/**
 * Transfer ids, known before the rows are written. Blocks come from one sequence, so ids are unique over all processes;
 * an id that is never used is no loss.
 */
export class TransferIds {
  readonly #database: Database;
  #next = 0;
  #end = 0;
  #loading: Promise<void> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Sets `count` ids aside and returns a function that hands them out. Whoever is inside a transaction passes it: waiting
   * there for a second connection could wait for itself.
   */
  async block(count: number, tx?: Tx): Promise<() => number> {
    while (this.#end - this.#next < count) {
      this.#loading ??= this.#load(count, tx).finally(() => (this.#loading = undefined));
      await this.#loading;
    }
    let next = this.#next;
    const end = (this.#next += count);
    return () => {
      if (next >= end) throw new Error('more transfer ids taken than were set aside');
      return next++;
    };
  }

  async #load(count: number, tx: Tx | undefined): Promise<void> {
    if (count > blockSize) throw new RangeError(`at most ${blockSize} transfer ids at once`);
    const next = `select nextval('transfer_ids') as id`;
    const [row] = tx
      ? await tx.query<{ id: number }>(next)
      : (await this.#database.pool.query<{ id: number }>(next)).rows;
    if (!row) throw new Error('transfer_ids gave no block');
    this.#next = row.id;
    this.#end = row.id + blockSize;
  }
}
