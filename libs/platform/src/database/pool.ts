import pg from 'pg';
import { HeardClient } from './heard-client.ts';

const int8 = 20;
const textArray = 1009;
const int8Array = 1016;

/** Ids, points and minor units are safe integers in this product; one that is not is refused, never rounded. */
function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`integer ${text} is out of the safe range`);
  return value;
}

pg.types.setTypeParser(int8, parseSafeInteger);
const parseTextArray = pg.types.getTypeParser(textArray as never) as (text: string) => string[];
pg.types.setTypeParser(int8Array as never, (text: string) => parseTextArray(text).map(parseSafeInteger));

export type PoolOptions = { connectionString: string; max: number; applicationName: string };

/** A request waits this long for a connection before it is answered 503. */
const connectTimeoutMs = 3_000;
/** No statement of a request may run longer; batch work sets its own limit. */
const statementTimeoutMs = 15_000;
/**
 * PostgreSQL keeps that limit, unless it stands still or the network swallows what it says. Whoever has heard nothing by then
 * gives the connection up, so that every request is answered within the 30 s that its caller waits.
 */
const silenceTimeoutMs = 20_000;

/**
 * A connection that nobody needs stays for so long. With less it is gone when the next rush comes, and whoever gets a new one waits until
 * PostgreSQL has planned each of its statements again.
 */
const idleTimeoutMs = 10 * 60_000;

export function createPool(options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    Client: HeardClient,
    connectionString: options.connectionString,
    max: options.max,
    application_name: options.applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: idleTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: silenceTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    keepAlive: true,
    // Statements that need not know each other's answers go out together; one after the other they would cost a round trip each.
    pipeline: true,
  });
  // An idle connection that breaks (PostgreSQL restarts) is dropped from the pool; the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}
