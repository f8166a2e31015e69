import { connect, type Socket } from 'node:net';
import { ResponseParser } from './response-parser.ts';

/** Answers of our server are far smaller. */
const readBytes = 16 * 1024;

/** One keep-alive connection that has at most one request under way. Much lighter than Node's HTTP client. */
export class Connection {
  readonly #socket: Socket;
  #settle: ((status: number) => void) | undefined;
  /** The request under way, or room for the next: rewritten for each. */
  readonly request: Buffer;

  private constructor(socket: Socket, requestBytesMax: number) {
    this.#socket = socket;
    this.request = Buffer.allocUnsafeSlow(requestBytesMax);
  }

  static open(options: { port: number; requestBytesMax: number }): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const parser = new ResponseParser((status) => connection.#answered(status));
      const onread = { buffer: Buffer.allocUnsafeSlow(readBytes), callback: receive };
      const socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true, onread });
      const connection = new Connection(socket, options.requestBytesMax);
      function receive(length: number, bytes: Uint8Array): boolean {
        parser.push(bytes.subarray(0, length) as Buffer);
        return true;
      }
      socket.once('connect', () => resolve(connection));
      socket.on('error', reject);
      // Status 0: the server hung up before it answered.
      socket.on('close', () => connection.#answered(0));
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Sends the first `length` bytes of `request`. `onAnswer` gets the status, or 0 when the connection broke. */
  send(length: number, onAnswer: (status: number) => void): void {
    this.#settle = onAnswer;
    this.#socket.write(this.request.subarray(0, length));
  }

  close(): void {
    this.#socket.destroy();
  }

  #answered(status: number): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(status);
  }
}
