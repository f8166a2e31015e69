/**
 * Every error code that crosses a boundary, with the HTTP status it becomes. Codes are stable: clients switch on them.
 * `gRPC` codes follow from the status (see `platform/rpc`).
 */
export const errorCodes = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'invalid-json': { status: 400, title: 'The body is not valid JSON' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of ours' },
  'invalid-signature': { status: 401, title: 'The signature does not match' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  'feature-off': { status: 403, title: 'This is not switched on for the shop' },
  forbidden: { status: 403, title: 'You may not do this' },
  'not-found': { status: 404, title: 'Not found' },
  'unknown-shop': { status: 404, title: 'This shop has not installed LoyalNest' },
  'unknown-topic': { status: 404, title: 'This webhook topic is not ours' },
  'customer-not-found': { status: 404, title: 'No such customer' },
  'reward-not-found': { status: 404, title: 'No such reward' },
  'transfer-not-found': { status: 404, title: 'No such transfer' },
  'webhook-failure-not-found': { status: 404, title: 'No such webhook is kept' },
  'redemption-not-found': { status: 404, title: 'No such redemption' },
  'method-not-allowed': { status: 405, title: 'This method is not available here' },
  'idempotency-key-reused': { status: 409, title: 'This Idempotency-Key was used with another body' },
  'request-in-progress': { status: 409, title: 'A request with this Idempotency-Key is still running' },
  'settings-conflict': { status: 409, title: 'Somebody else changed the settings meanwhile' },
  'redemption-not-cancellable': { status: 409, title: 'This redemption can no longer be cancelled' },
  'already-undone': { status: 409, title: 'This was undone before' },
  'not-undoable': { status: 409, title: 'Only what was adjusted by hand can be undone' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'Send application/json' },
  'shop-mismatch': { status: 422, title: 'Header and body name different shops' },
  'insufficient-points': { status: 422, title: 'Not enough points' },
  'reward-closed': { status: 422, title: 'This reward is not open' },
  'reward-limit-reached': { status: 422, title: 'This reward has reached its limit' },
  'minimum-not-met': { status: 422, title: 'The amount is below the minimum' },
  'idempotency-key-missing': { status: 428, title: 'Send an Idempotency-Key header' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  'shopify-refused': { status: 502, title: 'Shopify refused the request' },
  'shopify-unavailable': { status: 503, title: 'Shopify cannot be reached right now' },
  'database-unavailable': { status: 503, title: 'The database cannot be reached right now' },
  overloaded: { status: 503, title: 'Too much work at once; try again shortly' },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error that may be shown to the caller: a stable code, a public message, and optional public details. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    publicMessage: string = errorCodes[code].title,
    options: { cause?: unknown; details?: Record<string, unknown>; retryAfterSeconds?: number } = {},
  ) {
    super(publicMessage, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }
}
