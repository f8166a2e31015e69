import { pino, type DestinationStream, type Logger } from 'pino';
import type { LineTap } from '../live/log-feed.ts';
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

/** Writes lines of JSON to standard output unless told; what matters to operators is heard by the tap as well. */
export function createLogger(options: {
  level: string;
  service: string;
  destination?: DestinationStream;
  tap?: LineTap | undefined;
}): Logger {
  const settings = {
    level: options.level,
    base: { service_name: options.service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: nameTags },
    mixin: traceTags,
    redact: { paths: redacted.flatMap((field) => [field, `*.${field}`]), remove: true },
    serializers: { err: describeError },
  };
  const { destination, tap } = options;
  if (tap) return pino(settings, splitLines(destination ?? pino.destination(1), tap));
  return destination ? pino(settings, destination) : pino(settings);
}

const infoLevel = 30;

/** The tap hears a line as it was written: what is in no log is nowhere else either. */
function splitLines(destination: DestinationStream, tap: LineTap): DestinationStream {
  return {
    // Asks pino to note the level of each line before it writes it.
    [pino.symbols.needsMetadataGsym]: true as const,
    lastLevel: 0,
    write(line) {
      destination.write(line);
      if (this.lastLevel >= infoLevel) tap.write(line);
    },
  } as DestinationStream & { lastLevel: number };
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
