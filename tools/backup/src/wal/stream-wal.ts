import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@loyalnest/dev/errors';
import pg from 'pg';
import { explainServer } from '../postgres/explain.ts';
import type { SealedTarget } from '../target/sealed-target.ts';
import { WalSession } from './wal-session.ts';

export type StreamOptions = {
  databaseUrl: string;
  target: SealedTarget;
  /** Ends the stream, after what has arrived was stored. */
  signal: AbortSignal;
  log: (line: string) => void;
};

const reconnectMs = 1_000;
/** A stream that was killed holds its place on the server until that notices. */
const placeTakenMs = 15_000;
const objectInUse = '55006';

/**
 * Brings the log of the database server to the target as it is written, until told to stop. While either is away it goes
 * on trying; the server keeps what is not stored yet. Throws when that cannot help.
 */
export async function streamWal(options: StreamOptions): Promise<void> {
  const { databaseUrl, signal, log } = options;
  let takenSinceMs: number | undefined;
  let saidAway = '';
  let hasStarted = false;
  while (!signal.aborted) {
    try {
      await WalSession.run(options, () => {
        hasStarted = true;
        takenSinceMs = undefined;
        saidAway = '';
      });
    } catch (error) {
      const explained = explainServer(error, databaseUrl);
      if (isPlaceTaken(error)) {
        takenSinceMs ??= performance.now();
        if (performance.now() - takenSinceMs > placeTakenMs) throw explained;
      } else if (!hasStarted && !isPassing(error)) {
        throw explained;
      } else if (saidAway !== (explained as Error).message) {
        saidAway = (explained as Error).message;
        log(`${saidAway}; trying again`);
      }
      if (signal.aborted && error instanceof UserError) throw explained;
      await sleep(reconnectMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

function isPlaceTaken(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === objectInUse;
}

/** A server that is away, starting or stopping (class 57) comes back; one that refuses does not change its mind. */
function isPassing(error: unknown): boolean {
  if (error instanceof UserError) return false;
  return !(error instanceof pg.DatabaseError) || /^(57|53|08)/.test(error.code ?? '');
}
