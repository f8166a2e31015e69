import { fork } from 'node:child_process';
import { join } from 'node:path';

export type FleetOrder =
  | { kind: 'open'; customers: number[]; serverUrl: string; secret: string; seed: number }
  | { kind: 'report' }
  | { kind: 'close' };

/** What came since the last report, `[customer, transfer, order, nanoseconds]`, and how the sockets are. */
export type FleetReport = {
  connected: number;
  /** Connections ever made. */
  connections: number;
  lost: number;
  arrivals: [customer: number, transferId: number, orderId: number | null, atNs: string][];
};

export type FleetAnswer = { report: FleetReport } | { failure: string };

/** A process of its own that holds sockets: thousands in one would keep each other waiting. */
export class Fleet {
  readonly #child = fork(join(import.meta.dirname, 'fleet-program.ts'), { stdio: 'inherit' });

  obey(order: FleetOrder): Promise<FleetReport> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('a process that holds sockets ended'));
      this.#child.once('exit', ended);
      this.#child.once('message', (answer: FleetAnswer) => {
        this.#child.off('exit', ended);
        if ('report' in answer) resolve(answer.report);
        else reject(new Error(answer.failure));
      });
      this.#child.send(order);
    });
  }

  stop(): void {
    this.#child.kill();
  }
}
