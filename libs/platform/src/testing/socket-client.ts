import { WebSocket } from 'ws';

/** A client of a WebSocket that a test can keep from reading, and cut. */
export class SocketClient {
  readonly opened: Promise<void>;
  /** Resolves with the code of the close. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  constructor(url: string, onMessage: (text: string) => void) {
    this.#socket = new WebSocket(url);
    this.opened = new Promise((resolve, reject) => this.#socket.once('open', resolve).once('error', reject));
    this.closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (data) => onMessage((data as Buffer).toString('utf8')));
    // Awaited by the tests that care.
    this.opened.catch(() => undefined);
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  cut(): void {
    this.#socket.terminate();
  }
}
