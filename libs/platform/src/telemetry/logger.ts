import { pino, type DestinationStream, type Logger } from 'pino';
import { findTracing } from './tracing.ts';

export type { Logger } from 'pino';

/**
 * Fields that never reach a log, whoever passes them: personal data, credentials and payloads. Logs carry ids.
 */
const redacted = [
  'email',
  'phone',
  'name',
  'firstName',
  'lastName',
  'token',
  'accessToken',
  'authorization',
  'payload',
  'body',
];

/** Writes lines of JSON to standard output unless told. */
export function createLogger(options: { level: string; service: string; destination?: DestinationStream }): Logger {
  const settings = {
    level: options.level,
    base: { service_name: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: nameTags },
    mixin: traceTags,
    redact: { paths: redacted.flatMap((field) => [field, `*.${field}`]), remove: true },
    serializers: { err: describeError },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

/** The tags that all services share, by which logs are searched; code names the same things in its own words. */
const tags: Readonly<Record<string, string>> = { merchantId: 'merchant_id', shopDomain: 'shop_domain' };

function nameTags(line: Record<string, unknown>): Record<string, unknown> {
  if (!('merchantId' in line) && !('shopDomain' in line)) return line;
  return Object.fromEntries(Object.entries(line).map(([field, value]) => [tags[field] ?? field, value]));
}

/** Where in which trace a line was written, while there are traces. */
function traceTags(): object {
  const current = findTracing()?.current();
  return current ? { trace_id: current.traceId, span_id: current.spanId } : {};
}

/** Keeps what locates an error and drops what it may quote: PostgreSQL's `detail` repeats row values. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint, table } = error as { code?: unknown; constraint?: unknown; table?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(table === undefined ? {} : { table }),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}
