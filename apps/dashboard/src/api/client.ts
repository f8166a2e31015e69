import { getSessionToken } from '../shopify/app-bridge.ts';
import { noteAnswer, noteSilence } from './connection.ts';
import { Problem, problemOf } from './problem.ts';

/** Longer than the slowest thing that a page asks for (a preview over 90 days of orders), shorter than a person waits. */
const timeoutMs = 30_000;

type Query = Readonly<Record<string, string | number | readonly number[] | null | undefined>>;
export type Request = {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** Makes a repeated write harmless; see `ActionKeys`. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/**
 * The one way to the server. Every request carries a session token of Shopify's, good for a minute. Where that one is
 * refused, another is asked for and the request goes out once more; a shop that the server does not know yet signs in first.
 */
export async function request<Answer>(path: string, options: Request = {}): Promise<Answer> {
  const first = await send(path, options);
  if (first.ok) return read<Answer>(first);
  const problem = await problemOf(first);
  if (problem.code === 'unknown-shop') await signIn();
  else if (problem.status !== 401) throw problem;
  const second = await send(path, options, problem.status === 401 ? 'app-bridge' : 'us');
  if (second.ok) return read<Answer>(second);
  throw await problemOf(second);
}

/** Installs the app in a shop that has just opened it for the first time. */
async function signIn(): Promise<void> {
  const response = await send('/v1/api/auth/login', { method: 'POST' });
  if (!response.ok) throw await problemOf(response);
}

/**
 * Who puts the session token into the request. App Bridge may hold on to one that is over, such as after the computer slept,
 * and gives it to us again; a request that it authorizes by itself it repeats with a new one where the answer asks for that.
 */
type TokenFrom = 'us' | 'app-bridge';

async function send(path: string, options: Request, tokenFrom: TokenFrom = 'us') {
  const { method = 'GET', query = {}, body, idempotencyKey, signal } = options;
  const headers: Record<string, string> = {};
  if (tokenFrom === 'us') headers['authorization'] = `Bearer ${await getSessionToken()}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(path + queryText(query), {
      method,
      headers,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    noteAnswer();
    return response;
  } catch (error) {
    if (signal?.aborted) throw error;
    // A timeout may be one slow answer; only a request that went nowhere says that there is no way to the server.
    if (!timeout.aborted) noteSilence();
    throw new Problem('network', 0, error instanceof Error ? error.message : String(error));
  }
}

async function read<Answer>(response: Response): Promise<Answer> {
  if (response.status === 204) return undefined as Answer;
  try {
    // Types are shared with the server (`contracts`), which checks what it sends; Zod would weigh more than the page.
    return (await response.json()) as Answer;
  } catch {
    throw new Problem('network', 0, 'the answer broke off');
  }
}

function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    parameters.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}
