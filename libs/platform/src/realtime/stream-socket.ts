import { WebSocket, type RawData } from 'ws';
import type { News, Subscriber, Topic } from './realtime.ts';
import type { Admission } from './stream.ts';
import { encodeStreamPosition, type StreamPosition } from './stream-position.ts';

/** What happens to a socket, told to the door that let it in. */
export type SocketOwner = {
  waitingBytesMax: number;
  heard(socket: StreamSocket, text: string): void;
  closed(socket: StreamSocket): void;
};

const nobody: Topic = { merchantId: 0, key: null };

/**
 * A client's connection. There may be ten thousand in a process, so it is one object with few fields, and its handlers are
 * shared by all.
 */
export class StreamSocket extends WebSocket implements Subscriber {
  owner: SocketOwner | undefined;
  admission: Admission | undefined;
  after: StreamPosition | null = null;
  /** When it connected, of the monotonic clock. */
  openedMs = 0;
  isAlive = true;
  /** Which turn of the pings it has. */
  turn = 0;

  get topic(): Topic {
    return this.admission?.topic ?? nobody;
  }

  open(owner: SocketOwner, turn: number): void {
    this.owner = owner;
    this.openedMs = performance.now();
    this.turn = turn;
    this.on('message', onMessage).on('pong', onPong).on('close', onClose).on('error', onError);
  }

  joined(position: StreamPosition): void {
    this.after = null;
    this.#write({ type: 'welcome', position: encodeStreamPosition(position) });
  }

  lost(position: StreamPosition): void {
    this.after = null;
    this.#write({ type: 'lost', position: encodeStreamPosition(position) });
  }

  told(position: StreamPosition, news: News): void {
    const words = this.topic.key === null ? news.ofMerchant : news.ofKey;
    this.#write({ type: 'update', position: encodeStreamPosition(position), ...words });
  }

  /** Says what is wrong and closes. */
  refuse(problem: { code: string; message: string }, closeCode: number): void {
    this.#write({ type: 'problem', ...problem });
    this.close(closeCode, problem.code);
  }

  #write(message: object): void {
    if (this.readyState !== WebSocket.OPEN) return;
    this.send(JSON.stringify(message));
    // A reader who does not read is cut off; he knows his position and comes back to it.
    if (this.bufferedAmount > (this.owner?.waitingBytesMax ?? 0)) this.terminate();
  }
}

function onMessage(this: WebSocket, data: RawData, isBinary: boolean): void {
  const socket = this as StreamSocket;
  socket.owner?.heard(socket, isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8'));
}

function onPong(this: WebSocket): void {
  (this as StreamSocket).isAlive = true;
}

function onClose(this: WebSocket): void {
  const socket = this as StreamSocket;
  socket.owner?.closed(socket);
}

/** A broken connection or frame; `close` follows. */
function onError(): void {}
