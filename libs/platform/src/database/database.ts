import { AppError } from '@loyalnest/contracts/errors';
import type { Duplex } from 'node:stream';
import type pg from 'pg';

type Row = Record<string, unknown>;

/** Who can answer without PostgreSQL, if need be, waits for it no longer than a request waits for a connection. */
export const answerMs = 3_000;

const plansForLookUps = 'set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan';

/** One transaction. Everything a handler does to the database goes through the one it was given. */
export class Tx {
  readonly #client: pg.ClientBase;
  #isCommitted = false;
  readonly #listeners: (() => void)[] = [];
  #timeout: { query_timeout?: number } = {};

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  get isCommitted(): boolean {
    return this.#isCommitted;
  }

  /** Calls the listener when the transaction has committed, and never if it does not. */
  onCommit(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** For whoever ran the transaction. */
  tellCommitted(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Lets each statement from here on take so long, where a request's limit is too short. */
  async allowMinutes(minutes: number): Promise<void> {
    await this.query(`set local statement_timeout = '${integer(minutes)}min'`);
    this.#timeout = { query_timeout: (minutes + 1) * 60_000 };
  }

  /** Has each statement from here on planned as in `Database.forLookUps`. */
  async planForLookUps(): Promise<void> {
    await this.query(plansForLookUps);
  }

  /** Runs one statement; a `name` prepares it once per connection. */
  async query<R extends Row = Row>(text: string, values: readonly unknown[] = [], name?: string): Promise<R[]> {
    const config = { text, values: values as unknown[], ...this.#timeout, ...(name === undefined ? {} : { name }) };
    const result = await this.#client.query<R>(config);
    return result.rows;
  }

  /** As `query`, for statements of which only the number of changed rows matters. */
  async execute(text: string, values: readonly unknown[] = []): Promise<number> {
    const result = await this.#client.query({ text, values: values as unknown[], ...this.#timeout });
    return result.rowCount ?? 0;
  }

  /**
   * As `query`, and commits in the same round trip: the last thing a transaction does. The statement has to fail by itself
   * when it did not do what it should, because nobody can look at its answer before the commit.
   */
  async queryAndCommit<R extends Row = Row>(text: string, values: readonly unknown[], name: string): Promise<R[]> {
    sendTogether(this.#client);
    const [rows, ended] = await Promise.all([this.query<R>(text, values, name), this.#client.query('commit')]);
    // PostgreSQL answers the commit of a transaction that failed with a rollback, not with an error.
    if (ended.command !== 'COMMIT') throw new Error(`the commit ended as ${ended.command}`);
    this.#isCommitted = true;
    return rows;
  }
}

/**
 * The database of one service. Every transaction states the merchants it works for; row-level security hides all others
 * even if a query forgets its `where merchant_id`.
 */
export class Database {
  readonly pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.pool = pool;
  }

  /** Runs `work` in one read-committed transaction for one merchant. */
  forMerchant<R>(merchantId: number, work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.forMerchants([merchantId], work);
  }

  /** Runs `work` in one transaction for the merchants of a batch. */
  forMerchants<R>(merchantIds: readonly number[], work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.#transaction(`begin; ${stating(merchantIds)}`, work);
  }

  /**
   * As `forMerchants`, for work that only looks rows up by their keys, many times a second. A connection keeps the plan that
   * it made when a table was still empty, and that plan reads the whole table; here it may not. A statement with a list of
   * keys would be planned anew for each list, which takes longer than looking them up. `lockMaxMs` is how long a statement
   * may wait for one lock.
   */
  forLookUps<R>(
    merchantIds: readonly number[],
    work: (tx: Tx) => Promise<R>,
    { lockMaxMs }: { lockMaxMs?: number } = {},
  ): Promise<R> {
    const locks = lockMaxMs === undefined ? '' : `; set local lock_timeout = ${integer(lockMaxMs)}`;
    return this.#transaction(`begin; ${stating(merchantIds)}; ${plansForLookUps}${locks}`, work);
  }

  /** Runs `work` with no merchant at all: routing tables, cursors, partitions. */
  forNoMerchant<R>(work: (tx: Tx) => Promise<R>): Promise<R> {
    return this.#transaction('begin', work);
  }

  async #transaction<R>(begin: string, work: (tx: Tx) => Promise<R>): Promise<R> {
    const client = await this.#connect();
    let broken: Error | undefined;
    sendTogether(client);
    // The first statement follows without waiting for the answer; it fails too if this does.
    const begun = client.query(begin).then(
      () => undefined,
      (error: Error) => error,
    );
    try {
      const tx = new Tx(client);
      const result = await work(tx);
      const refused = await begun;
      if (refused) throw refused;
      if (!tx.isCommitted) await client.query('commit');
      tx.tellCommitted();
      return result;
    } catch (error) {
      const cause = (await begun) ?? error;
      broken = await rollback(client);
      throw toPassing(cause) ?? cause;
    } finally {
      client.release(broken);
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

/** What is asked in this turn of the event loop leaves in one write: each write wakes PostgreSQL up, which costs more than it carries. */
function sendTogether(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

function stating(merchantIds: readonly number[]): string {
  return `set local loyalnest.merchant_ids = '${merchantIds.map(integer).join(',')}'`;
}

function integer(id: number): number {
  if (!Number.isSafeInteger(id)) throw new RangeError('not an integer');
  return id;
}

async function rollback(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError('database-unavailable', undefined, { cause, retryAfterSeconds: 2 });
}

/** There is more to do than gets done in time; whoever asks should leave PostgreSQL alone for a while. */
export function overloaded(cause?: unknown): AppError {
  return new AppError('overloaded', undefined, { retryAfterSeconds: 5, ...(cause === undefined ? {} : { cause }) });
}

/** Classes of SQLSTATE that say "the server is not there", not "your statement is wrong". */
const unavailableClasses = new Set(['08', '53', '57']);
/** This server only reads: another one has taken its place. */
const readOnlyState = '25006';

/** Whether an error means that PostgreSQL is away or refuses new work, so that trying again later is right. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'database-unavailable';
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: string };
  if (code && /^[0-9A-Z]{5}$/.test(code))
    return code === readOnlyState || (unavailableClasses.has(code.slice(0, 2)) && !overdueStates.has(code));
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT)$/.test(code ?? '') ||
    /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Query read timeout/i.test(
      error.message,
    )
  );
}

/** A statement, its wait for a lock, a pause between two statements and a transaction that took longer than they may. */
const overdueStates = new Set(['57014', '55P03', '25P03', '25P04']);

/**
 * Whether PostgreSQL is there and gave the work up because it took too long: somebody holds what it waits for, or there is
 * too much to do. Later it may go through; at once it would only wait again.
 */
export function isOverdue(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Error && overdueStates.has((cause as { code?: string }).code ?? '');
}

const retryableStates = new Set(['40001', '40P01']);

/** Whether the transaction lost a race (serialization failure, deadlock) and may simply run again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && retryableStates.has((error as { code?: string }).code ?? '');
}

/**
 * What PostgreSQL's error means to a caller who may come back, as `AppError` 503; `undefined` when coming back helps nobody.
 * A lost race is none of these here: whoever ran the transaction may run it again at once.
 */
export function toPassing(error: unknown): AppError | undefined {
  if (isUnavailable(error)) return unavailable(error);
  if (isOverdue(error)) return overloaded(error);
  return undefined;
}
