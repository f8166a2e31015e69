import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { SealedTarget } from '../../src/target/sealed-target.ts';
import { streamWal } from '../../src/wal/stream-wal.ts';
import { readCoverage } from '../../src/wal/coverage.ts';
import type { TestServer } from './a-server.ts';

export type TestStream = {
  lines: string[];
  /** Settles when it has ended; rejects with why it gave up. */
  ended: Promise<void>;
  stop(): Promise<void>;
};

/** Streams a server's log to a target until the test ends. */
export function aStream(server: TestServer, target: SealedTarget): TestStream {
  const stopping = new AbortController();
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  const ended = streamWal({ databaseUrl: server.url, target, signal: stopping.signal, log });
  ended.catch(() => undefined);
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  onTestFinished(() => stop().catch(() => undefined));
  return { lines, ended, stop };
}

/** Waits until all that the server has written is stored. */
export async function untilStored(server: TestServer): Promise<void> {
  const [now] = await server.query<{ lsn: string }>('select pg_current_wal_flush_lsn() as lsn');
  await until(async () => {
    const [slot] = await server.query<{ stored: boolean }>(
      `select restart_lsn >= $1::pg_lsn as stored from pg_replication_slots where slot_name = 'loyalnest_backup'`,
      [now?.lsn],
    );
    return slot?.stored ?? false;
  });
}

/** Waits until the target is known to hold everything up to a moment. */
export async function untilCovered(target: SealedTarget, moment: Date): Promise<void> {
  await until(async () => ((await readCoverage(target))?.until ?? new Date(0)) >= moment);
}

const pollMs = 50;
const timeoutMs = 60_000;

export async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error('it did not come true in time');
    await sleep(pollMs);
  }
}
