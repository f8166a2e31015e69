import { setTimeout as sleep } from 'node:timers/promises';
import { operationNames, type OperationName, type Operations } from './operations.ts';

/** One request, on the clock of `performance.now()`. */
export type Sent = { operation: OperationName; outcome: string; startMs: number; endMs: number };

/** Sends every operation at an even rate, however long answers take, and keeps how each ended. */
export class Load {
  readonly sent: Sent[] = [];
  readonly #operations: Operations;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #underWay = new Set<Promise<void>>();

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  start(perSecond: number, names: readonly OperationName[] = operationNames): void {
    for (const name of names) this.#timers.push(setInterval(() => this.#send(name), 1_000 / perSecond));
  }

  /** Waits for the answers to what was sent. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    await Promise.all(this.#underWay);
    // What an answer brings is written down in the turn after it.
    await sleep(0);
  }

  #send(operation: OperationName): void {
    const startMs = performance.now();
    const sending = this.#operations.run(operation).then((outcome) => {
      this.sent.push({ operation, outcome, startMs, endMs: performance.now() });
      this.#underWay.delete(sending);
    });
    this.#underWay.add(sending);
  }
}
