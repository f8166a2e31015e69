import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@loyalnest/platform/testing/ports';
import { WebSocket } from 'ws';

const openMs = 10_000;
const pollMs = 50;

/**
 * Makes another Node process collect its garbage, through the inspector that it opens when it is told to: what is left is what
 * it holds. When it would collect by itself depends on the machine's mood.
 */
export class Collector {
  readonly #port: number;
  #socket: WebSocket | undefined;
  #next = 0;

  private constructor(port: number) {
    this.#port = port;
  }

  /** `start` starts the process; its inspector will be opened on a port of its own. */
  static async startWith(start: () => Promise<void>): Promise<Collector> {
    const port = await freePort();
    process.env['NODE_OPTIONS'] = `--inspect-port=${port}`;
    try {
      await start();
    } finally {
      delete process.env['NODE_OPTIONS'];
    }
    return new Collector(port);
  }

  async open(pid: number): Promise<void> {
    process.kill(pid, 'SIGUSR1');
    const deadlineMs = performance.now() + openMs;
    for (;;) {
      try {
        const response = await fetch(`http://127.0.0.1:${this.#port}/json/list`);
        const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
        if (!target) throw new Error('nothing to inspect');
        const socket = new WebSocket(target.webSocketDebuggerUrl);
        await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
        this.#socket = socket;
        return;
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await sleep(pollMs);
      }
    }
  }

  async collect(): Promise<void> {
    const socket = this.#socket;
    if (!socket) throw new Error('the inspector is not open');
    const id = (this.#next += 1);
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        socket.off('message', hear).off('close', fail);
        resolve();
      };
      const hear = (data: unknown) => {
        if ((JSON.parse((data as Buffer).toString('utf8')) as { id?: number }).id === id) end();
      };
      const fail = () => reject(new Error('the process ended'));
      socket.on('message', hear).on('close', fail);
      socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
    });
  }

  close(): void {
    this.#socket?.close();
  }
}
