import { z } from 'zod';
import type { ShopAnswer } from '../shop-http.ts';
import type { ThrottleStatus } from './bucket.ts';
import type { AdminDocument } from './document.ts';

/** What Shopify did not accept of an input. `field` is the path into it. */
export type UserError = { field: string[] | null; message: string; code: string | null };

export type Cost = { requested: number; status: ThrottleStatus };

export type Answer<Data> = (
  | { outcome: 'ok'; data: Data }
  | { outcome: 'user-errors'; errors: UserError[] }
  | { outcome: 'throttled'; retryAfterMs: number | undefined }
  /** `isPassing`: the same request may well succeed in a moment. `reason` names no data. */
  | { outcome: 'unavailable'; reason: string; isPassing: boolean }
  /** `isTokenRefused`: another token may help; otherwise a scope is missing. */
  | { outcome: 'unauthorized'; isTokenRefused: boolean }
) & { cost: Cost | undefined };

const answerSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ extensions: z.object({ code: z.string().optional() }).optional() })).optional(),
  extensions: z
    .object({
      cost: z
        .object({
          requestedQueryCost: z.number(),
          throttleStatus: z.object({
            maximumAvailable: z.number().positive(),
            currentlyAvailable: z.number(),
            restoreRate: z.number().positive(),
          }),
        })
        .optional(),
    })
    .optional(),
});

const userErrorSchema = z.object({
  field: z.array(z.string()).nullish(),
  message: z.string(),
  code: z.string().nullish(),
});
const payloadSchema = z.object({ userErrors: z.array(userErrorSchema) });

/** Codes of a failure on Shopify's side; every other code says that the document or its variables are wrong. */
const passingCodes = new Set(['INTERNAL_SERVER_ERROR', 'TIMEOUT']);

/**
 * What an answer of the Admin API means. Half an answer (no JSON, data beside errors, data of another shape) is
 * `unavailable`: nothing of it is used. Throws if Shopify refuses the document itself, which is a fault of ours.
 */
export function readAnswer<Data>(document: AdminDocument<Data>, answer: ShopAnswer): Answer<Data> {
  if (answer.status !== 200) return readStatus(answer);
  const parsed = answerSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return { ...unavailable('half an answer'), cost: undefined };
  const { data, errors = [] } = parsed.data;
  const cost = costOf(parsed.data.extensions?.cost);
  const codes = errors.map((error) => error.extensions?.code);
  if (codes.includes('THROTTLED')) return { outcome: 'throttled', retryAfterMs: undefined, cost };
  if (codes.includes('ACCESS_DENIED')) return { outcome: 'unauthorized', isTokenRefused: false, cost };
  if (errors.length > 0) {
    const isPassing = data != null || codes.some((code) => passingCodes.has(code ?? ''));
    if (!isPassing)
      throw new Error(`Shopify refuses ${document.name}: ${codes.map((code) => code ?? 'no code').join(', ')}`);
    return { ...unavailable('errors beside the data'), cost };
  }
  const refused = document.kind === 'mutation' ? userErrorsOf(data ?? {}) : [];
  if (refused.length > 0) return { outcome: 'user-errors', errors: refused, cost };
  const own = document.data.safeParse(data);
  if (!own.success) return { ...unavailable('data of another shape'), cost };
  return { outcome: 'ok', data: own.data, cost };
}

function readStatus<Data>({ status, headers }: ShopAnswer): Answer<Data> {
  const cost = undefined;
  if (status === 401) return { outcome: 'unauthorized', isTokenRefused: true, cost };
  if (status === 403) return { outcome: 'unauthorized', isTokenRefused: false, cost };
  if (status === 429) {
    const seconds = Number(headers['retry-after']);
    return { outcome: 'throttled', retryAfterMs: seconds > 0 ? seconds * 1_000 : 1_000, cost };
  }
  // Others say that the shop is frozen, locked, moved or gone; asking again at once changes nothing.
  return { outcome: 'unavailable', reason: `HTTP ${status}`, isPassing: status >= 500, cost };
}

function unavailable(reason: string) {
  return { outcome: 'unavailable', reason, isPassing: true } as const;
}

function userErrorsOf(data: Record<string, unknown>): UserError[] {
  return Object.values(data).flatMap((payload) => {
    const parsed = payloadSchema.safeParse(payload);
    if (!parsed.success) return [];
    return parsed.data.userErrors.map(({ field, message, code }) => ({
      field: field ?? null,
      message,
      code: code ?? null,
    }));
  });
}

function costOf(cost: { requestedQueryCost: number; throttleStatus: ThrottleStatus } | undefined): Cost | undefined {
  return cost && { requested: cost.requestedQueryCost, status: cost.throttleStatus };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
