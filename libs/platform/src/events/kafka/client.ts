import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { findErrorBy, type BaseOptions } from '@platformatic/kafka';

/**
 * A relay waits for the broker inside of a transaction, which PostgreSQL ends after 15 s: all tries together stay below.
 * Long enough for a broker that is busy, and for a group of consumers to find together.
 */
const requestTimeoutMs = 4_000;
const connectTimeoutMs = 2_000;
/** Short breaks of a connection are not worth a word. What takes longer is tried again by whoever asked. */
const retries = 2;
const retryDelayMs = 100;

/** A name that a broker's log and its groups tell apart from all others. */
export function uniqueName(role: string): string {
  return `loyalnest-${role}-${hostname().replaceAll(/[^\w.-]/g, '-')}-${process.pid}-${randomUUID().slice(0, 8)}`;
}

export function clientOptions(brokers: readonly string[], role: string): BaseOptions {
  return {
    clientId: uniqueName(role),
    bootstrapBrokers: [...brokers],
    requestTimeout: requestTimeoutMs,
    connectTimeout: connectTimeoutMs,
    timeout: requestTimeoutMs,
    retries,
    retryDelay: retryDelayMs,
  };
}

/** Whether a broker refused with this code of Kafka's protocol. */
export function hasApiError(error: unknown, code: string): boolean {
  return error instanceof Error && findErrorBy(error, 'apiId', code) !== null;
}

/** What the client says last of several tries, and of the reasons within reasons. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors.at(-1));
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}

/** What is between two commas of `KAFKA_BROKERS`. */
export function brokersOf(setting: string): string[] {
  return setting.split(',').map((broker) => broker.trim());
}

/** Waits for what should take milliseconds; a broker that stands still keeps nobody for longer. */
export async function atMost<R>(ms: number, work: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_settle, fail) => {
    timer = setTimeout(() => fail(new Error(`Kafka did not answer within ${ms / 1_000} s`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
