import type { ErrorCode } from '@loyalnest/contracts/errors';

/** What can go wrong before the server has a say: it cannot be reached, or Shopify's admin gives no session token. */
export type ProblemCode = ErrorCode | 'network' | 'no-session';

/** Whatever kept a request from its answer. `code` is stable: texts are chosen by it (`problems.*`). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  /** The HTTP status; 0 if there was no answer. */
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, status: number, message: string, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get isPassing(): boolean {
    const passing: readonly ProblemCode[] = ['network', 'no-session', 'request-in-progress'];
    return passing.includes(this.code) || this.status === 429 || this.status >= 500;
  }
}

export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem('internal', 0, thrown instanceof Error ? thrown.message : String(thrown));
}

/** Reads an answer that is not a success. A proxy in between may have answered with something of its own. */
export async function problemOf(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  const { code, detail, title, type: _type, status: _status, ...details } = body;
  const retryAfter = Number(response.headers.get('retry-after'));
  if (retryAfter > 0) details['retryAfterSeconds'] = retryAfter;
  if (typeof code === 'string') {
    const message = [detail, title].find((text) => typeof text === 'string') ?? code;
    return new Problem(code as ErrorCode, response.status, message, details);
  }
  return new Problem(codeByStatus[response.status] ?? 'internal', response.status, response.statusText, details);
}

const codeByStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  413: 'body-too-large',
  429: 'too-many-requests',
  502: 'overloaded',
  503: 'overloaded',
  504: 'overloaded',
};
