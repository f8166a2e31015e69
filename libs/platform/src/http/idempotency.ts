import { createHash } from 'node:crypto';
import { AppError, type ErrorCode } from '@loyalnest/contracts/errors';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/database.ts';
import { toAppError } from './problem.filter.ts';

/** A request that has shown no result for this long has died with its process; another may take its place. */
const abandonedAfterMs = 30_000;
/** How long a second request with the same key waits for the first one's result. */
const waitMs = 5_000;
const waitStepMs = 25;
const keyPattern = /^[\x21-\x7e]{1,200}$/;

/** For `@ApiHeader` on routes that answer once per key. */
export const idempotencyHeader = {
  name: 'Idempotency-Key',
  required: true,
  description: 'Chosen by the caller, 1 to 200 visible ASCII characters. Makes a repeated request harmless.',
  schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[!-~]+$' },
} as const;

export type IdempotentRequest = {
  merchantId: number;
  /** Who asks: keys of two callers never meet. */
  caller: string;
  /** The `Idempotency-Key` header. */
  key: string | undefined;
  /** What is asked for; the same key with something else is refused. */
  request: unknown;
};

type Stored = { request_hash: Buffer; status: number | null; response: unknown; created_at: Date };
type Answer<T> = { status: number; body: T };
type StoredProblem = { code: ErrorCode; message: string; details: Record<string, unknown> | null };

/**
 * Makes a write answer once per `Idempotency-Key`: the first result is stored and given again. Failures of ours (5xx)
 * are not stored, so that trying again can succeed; `work` must therefore be safe to run again under the same key.
 * Relies on the service's table `idempotency_keys`.
 */
export class Idempotency {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async run<T>(request: IdempotentRequest, work: (key: string) => Promise<Answer<T>>): Promise<Answer<T>> {
    const { key } = request;
    if (key === undefined) throw new AppError('idempotency-key-missing');
    if (!keyPattern.test(key))
      throw new AppError('invalid-request', 'Idempotency-Key must be 1 to 200 visible ASCII characters');
    const stored = await this.#claim({ ...request, key });
    if (stored) return stored as Answer<T>;
    try {
      const answer = await work(`${request.caller}/${key}`);
      await this.#store({ ...request, key }, answer);
      return answer;
    } catch (error) {
      await this.#settleFailure({ ...request, key }, toAppError(error));
      throw error;
    }
  }

  async #claim(request: IdempotentRequest & { key: string }): Promise<Answer<unknown> | undefined> {
    const deadline = Date.now() + waitMs;
    for (;;) {
      const found = await this.#tryClaim(request);
      if (!found) return undefined;
      if (!found.request_hash.equals(hashOf(request.request))) throw new AppError('idempotency-key-reused');
      if (found.status !== null) return answerOf(found);
      if (Date.now() >= deadline) throw new AppError('request-in-progress', undefined, { retryAfterSeconds: 1 });
      await new Promise((resolve) => setTimeout(resolve, waitStepMs));
    }
  }

  /** Takes the key if it is free or abandoned; otherwise returns what holds it. */
  #tryClaim({ merchantId, caller, key, request }: IdempotentRequest & { key: string }): Promise<Stored | undefined> {
    const now = this.#clock.now();
    return this.#database.forMerchant(merchantId, async (tx) => {
      const claimed = await tx.query(
        `insert into idempotency_keys (merchant_id, caller, key, request_hash, created_at) values ($1, $2, $3, $4, $5)
         on conflict (merchant_id, caller, key) do update set created_at = excluded.created_at
         where idempotency_keys.status is null and idempotency_keys.created_at < $6
           and idempotency_keys.request_hash = excluded.request_hash
         returning key`,
        [merchantId, caller, key, hashOf(request), now, new Date(now.getTime() - abandonedAfterMs)],
      );
      if (claimed.length > 0) return undefined;
      const [stored] = await tx.query<Stored>(
        'select request_hash, status, response, created_at from idempotency_keys where merchant_id = $1 and caller = $2 and key = $3',
        [merchantId, caller, key],
      );
      return stored;
    });
  }

  async #store({ merchantId, caller, key }: IdempotentRequest, answer: Answer<unknown>): Promise<void> {
    await this.#database.forMerchant(merchantId, (tx) =>
      tx.query(
        'update idempotency_keys set status = $4, response = $5 where merchant_id = $1 and caller = $2 and key = $3',
        [merchantId, caller, key, answer.status, JSON.stringify(answer.body)],
      ),
    );
  }

  async #settleFailure(request: IdempotentRequest & { key: string }, error: AppError): Promise<void> {
    if (error.status < 500) {
      const problem: StoredProblem = { code: error.code, message: error.message, details: error.details ?? null };
      return this.#store(request, { status: error.status, body: problem });
    }
    const { merchantId, caller, key } = request;
    await this.#database
      .forMerchant(merchantId, (tx) =>
        tx.query(
          'delete from idempotency_keys where merchant_id = $1 and caller = $2 and key = $3 and status is null',
          [merchantId, caller, key],
        ),
      )
      // The database may be what failed; an unsettled key is taken over once it counts as abandoned.
      .catch(() => undefined);
  }
}

function answerOf(stored: Stored): Answer<unknown> {
  if (stored.status === null) throw new Error('an unsettled key has no answer');
  if (stored.status < 400) return { status: stored.status, body: stored.response };
  const problem = stored.response as StoredProblem;
  throw new AppError(problem.code, problem.message, problem.details ? { details: problem.details } : {});
}

function hashOf(request: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(request)).digest();
}
