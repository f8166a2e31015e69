import { setTimeout as sleep } from 'node:timers/promises';
import { latenciesOf, type Latencies } from '../figures/statistics.ts';
import { exponential } from '../figures/random.ts';
import { Connection } from './connection.ts';
import type { RequestSource } from './request-source.ts';

export type LoopOptions = {
  port: number;
  connections: number;
  /** Load before the measuring begins; its answers count as acknowledged only. */
  warmUpMs: number;
  measureMs: number;
};

export type LoopResult = {
  /** Requests answered 2xx, warm-up included. */
  acknowledged: number;
  /** Other answers by their status; 0 stands for a broken connection. */
  refused: Record<number, number>;
  /** Answered 2xx a second while measuring. */
  perSecond: number;
  latencies: Latencies;
};

/** Every connection sends its next request as soon as the one before is answered: how much goes through. */
export async function closedLoop(source: RequestSource, options: LoopOptions): Promise<LoopResult> {
  const connections = await openConnections(source, options);
  const tally = new Tally(options);
  await Promise.all(
    connections.map(
      (connection) =>
        new Promise<void>((resolve) => {
          const sendNext = () => {
            const sentMs = performance.now();
            if (sentMs >= tally.endMs || !connection.isOpen) return resolve();
            connection.send(source.next(connection.request), (status) => {
              tally.answered(status, sentMs);
              sendNext();
            });
          };
          sendNext();
        }),
    ),
  );
  for (const connection of connections) connection.close();
  return tally.result();
}

/** A moment shorter makes the timer no more precise. */
const tickMs = 1;
/** Requests under way are answered or given up within the server's own 5 s. */
const drainMs = 10_000;

/**
 * Requests come at random moments, `ratePerSecond` on average, whether earlier ones are answered or not. Each is timed
 * from the moment it was due: the wait for a free connection counts, so a server that stalls cannot hide it.
 */
export async function openLoop(
  source: RequestSource,
  options: LoopOptions & { ratePerSecond: number; random: () => number },
): Promise<LoopResult> {
  const free = await openConnections(source, options);
  const connections = [...free];
  const tally = new Tally(options);
  const meanGapMs = 1_000 / options.ratePerSecond;
  const waiting: number[] = [];
  let underWay = 0;

  const send = (connection: Connection, dueMs: number) => {
    underWay += 1;
    connection.send(source.next(connection.request), (status) => {
      underWay -= 1;
      tally.answered(status, dueMs);
      if (!connection.isOpen) return;
      const next = waiting.shift();
      if (next === undefined) free.push(connection);
      else send(connection, next);
    });
  };

  let dueMs = performance.now();
  while (dueMs < tally.endMs) {
    for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += exponential(options.random(), meanGapMs)) {
      const connection = free.pop();
      if (connection) send(connection, dueMs);
      else waiting.push(dueMs);
    }
    await sleep(tickMs);
  }
  const deadlineMs = performance.now() + drainMs;
  while (underWay + waiting.length > 0 && performance.now() < deadlineMs) await sleep(tickMs);
  for (const connection of connections) connection.close();
  return tally.result();
}

function openConnections(source: RequestSource, { port, connections }: LoopOptions): Promise<Connection[]> {
  return Promise.all(
    Array.from({ length: connections }, () => Connection.open({ port, requestBytesMax: source.bytesMax })),
  );
}

class Tally {
  readonly startMs: number;
  readonly endMs: number;
  #acknowledged = 0;
  readonly #refused: Record<number, number> = {};
  readonly #latenciesMs: number[] = [];
  #inTime = 0;

  constructor({ warmUpMs, measureMs }: LoopOptions) {
    this.startMs = performance.now() + warmUpMs;
    this.endMs = this.startMs + measureMs;
  }

  answered(status: number, sinceMs: number): void {
    const nowMs = performance.now();
    if (status < 200 || status > 299) {
      this.#refused[status] = (this.#refused[status] ?? 0) + 1;
      return;
    }
    this.#acknowledged += 1;
    if (nowMs >= this.startMs && nowMs < this.endMs) this.#inTime += 1;
    if (sinceMs >= this.startMs) this.#latenciesMs.push(nowMs - sinceMs);
  }

  result(): LoopResult {
    return {
      acknowledged: this.#acknowledged,
      refused: this.#refused,
      perSecond: (this.#inTime * 1_000) / (this.endMs - this.startMs),
      latencies: latenciesOf(this.#latenciesMs),
    };
  }
}
