import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@loyalnest/contracts/errors';
import type { AccessTokens, ShopRef } from '../access-tokens.ts';
import { shopifyApiVersion } from '../api-version.ts';
import { NoAnswer, type ShopHttp } from '../shop-http.ts';
import { countCall, countCost } from '../shopify-metrics.ts';
import { readAnswer, type Answer, type Cost, type UserError } from './answer.ts';
import type { AdminDocument } from './document.ts';
import type { Throttle } from './throttle.ts';

export type AdminResult<Data> =
  | { outcome: 'ok'; data: Data }
  /** Shopify understood and declined. */
  | { outcome: 'user-errors'; errors: UserError[] }
  /** The shop's points would not have been there in time; nothing was done. */
  | { outcome: 'throttled'; retryAfterMs: number }
  /** No answer, or half of one. A mutation may have been done all the same. */
  | { outcome: 'unavailable'; reason: string }
  /** Shopify refuses the token, or a scope is missing, until the merchant opens the app again. */
  | { outcome: 'unauthorized' };

export type AdminCall = {
  shop: ShopRef;
  variables?: Readonly<Record<string, unknown>>;
  /** For everything: waiting for points, getting a token, tries and the pauses between them. */
  deadlineMs?: number;
  /** A mutation that may run twice with the effect of once; others are tried once. */
  isIdempotent?: boolean;
};

/** A person waits for most of these calls; batch work asks for more. */
const deadlineDefaultMs = 5_000;
/** Tries of what fails for a passing reason. THROTTLED does not count: the deadline bounds it. */
const attemptsMax = 3;
/** Pause before the second try; it doubles up to the maximum, and a random half spreads callers who failed together. */
const backoffMs = 200;
const backoffMaxMs = 2_000;

export type AdminClientOptions = { tokens: AccessTokens; http: ShopHttp; throttle: Throttle };

/** Shopify's Admin GraphQL API, at the one pinned version. */
export class AdminClient {
  readonly #tokens: AccessTokens;
  readonly #http: ShopHttp;
  readonly #throttle: Throttle;

  constructor(options: AdminClientOptions) {
    this.#tokens = options.tokens;
    this.#http = options.http;
    this.#throttle = options.throttle;
  }

  /** Throws only for faults of ours, such as a document that Shopify refuses. */
  async execute<Data>(document: AdminDocument<Data>, call: AdminCall): Promise<AdminResult<Data>> {
    const deadlineAt = performance.now() + (call.deadlineMs ?? deadlineDefaultMs);
    const isRepeatable = document.kind === 'query' || call.isIdempotent === true;
    const history: History = { deadlineAt, isRepeatable, failures: 0, throttles: 0, refusedToken: undefined };
    for (;;) {
      const answer = await this.#attempt(document, call, history);
      countCall(answer.outcome);
      const decision = decide(answer, history);
      if ('result' in decision) return decision.result;
      await sleep(decision.againInMs);
    }
  }

  async #attempt<Data>(document: AdminDocument<Data>, call: AdminCall, history: History): Promise<Attempt<Data>> {
    const { shop, variables = {} } = call;
    const { deadlineAt, refusedToken } = history;
    const place = { shopDomain: shop.shopDomain, documentName: document.name };
    const turn = await this.#throttle.take(place, deadlineAt - performance.now());
    if (turn.outcome === 'throttled') return { ...turn, isFinal: true };
    let cost: Cost | undefined;
    try {
      const token = await this.#findToken(shop, refusedToken);
      if (token.outcome !== 'ok') return { ...token, isFinal: true };
      const answer = await this.#http.post({
        shopDomain: shop.shopDomain,
        path: `/admin/api/${shopifyApiVersion}/graphql.json`,
        headers: { 'x-shopify-access-token': token.token },
        body: JSON.stringify({ query: document.source, variables }),
        timeoutMs: Math.max(1, Math.ceil(deadlineAt - performance.now())),
      });
      const read = readAnswer(document, answer);
      ({ cost } = read);
      return { ...read, token: token.token };
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { outcome: 'unavailable', reason: 'no answer', isPassing: true };
    } finally {
      if (cost) {
        this.#throttle.recordCost(document.name, cost.requested);
        countCost(cost.requested);
      }
      turn.settle(cost?.status);
    }
  }

  async #findToken(shop: ShopRef, refusedToken: string | undefined): Promise<TokenResult> {
    try {
      const token =
        refusedToken === undefined
          ? await this.#tokens.accessToken(shop)
          : await this.#tokens.renewedToken(shop, refusedToken);
      return { outcome: 'ok', token };
    } catch (error) {
      const code = error instanceof AppError ? error.code : undefined;
      if (code === 'unknown-shop' || code === 'shopify-refused') return { outcome: 'unauthorized' };
      if (error instanceof AppError && error.status === 503)
        return { outcome: 'unavailable', reason: 'no access token' };
      throw error;
    }
  }
}

type TokenResult =
  { outcome: 'ok'; token: string } | { outcome: 'unauthorized' } | { outcome: 'unavailable'; reason: string };

/** An answer with the token it was given to, or an end before anything was sent. */
type Attempt<Data> =
  | (DistributiveOmit<Answer<Data>, 'cost'> & { token?: string; isFinal?: false })
  | (Extract<AdminResult<Data>, { outcome: 'throttled' | 'unavailable' | 'unauthorized' }> & { isFinal: true });

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

type History = {
  deadlineAt: number;
  isRepeatable: boolean;
  failures: number;
  throttles: number;
  refusedToken: string | undefined;
};

type Decision<Data> = { result: AdminResult<Data> } | { againInMs: number };

/** Whether an attempt is the result, or what to wait before the next; remembers what it was. */
function decide<Data>(attempt: Attempt<Data>, history: History): Decision<Data> {
  if (attempt.isFinal) {
    const { isFinal: _, ...result } = attempt;
    return { result };
  }
  switch (attempt.outcome) {
    case 'ok':
      return { result: { outcome: 'ok', data: attempt.data } };
    case 'user-errors':
      return { result: { outcome: 'user-errors', errors: attempt.errors } };
    case 'unauthorized':
      if (!attempt.isTokenRefused || history.refusedToken !== undefined) return { result: { outcome: 'unauthorized' } };
      history.refusedToken = attempt.token;
      return { againInMs: 0 };
    case 'throttled': {
      // Shopify did nothing, so every document may go again.
      history.throttles += 1;
      const pauseMs = Math.max(attempt.retryAfterMs ?? 0, backoff(history.throttles));
      const result: AdminResult<Data> = { outcome: 'throttled', retryAfterMs: Math.ceil(pauseMs) };
      return again(pauseMs, history) ?? { result };
    }
    case 'unavailable': {
      history.failures += 1;
      const mayHelp = attempt.isPassing && history.isRepeatable && history.failures < attemptsMax;
      const result: AdminResult<Data> = { outcome: 'unavailable', reason: attempt.reason };
      return (mayHelp ? again(backoff(history.failures), history) : undefined) ?? { result };
    }
  }
}

function again(pauseMs: number, { deadlineAt }: History): { againInMs: number } | undefined {
  return performance.now() + pauseMs < deadlineAt ? { againInMs: pauseMs } : undefined;
}

function backoff(failures: number): number {
  const full = Math.min(backoffMaxMs, backoffMs * 2 ** (failures - 1));
  return full * (0.5 + Math.random() / 2);
}
