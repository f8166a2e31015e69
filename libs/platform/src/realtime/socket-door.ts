import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, type ErrorCode } from '@loyalnest/contracts/errors';
import { streamCloseCodes, streamHelloSchema, type StreamHello } from '@loyalnest/contracts/rest/stream';
import { WebSocketServer } from 'ws';
import type { Realtime } from './realtime.ts';
import type { Stream, StreamLimits } from './stream.ts';
import { decodeStreamPosition } from './stream-position.ts';
import { StreamSocket, type SocketOwner } from './stream-socket.ts';

/** The only message that clients send is a hello, whose token is the longest part. */
const messageBytesMax = 4 * 1_024;
/** How often sockets are looked after; a turn of pings is a part of them. */
const turnMs = 1_000;
/** Sockets that came together are not sent away together: the last of them this share of their time sooner. */
const earlierShare = 0.1;
const earlierSteps = 100;

type Path = { stream: Stream; realtime: Realtime };

/**
 * WebSockets on the server's own port. A token is shown in the first message and never in the address, which is logged on
 * its way; who has none is let go again soon. Where a page comes from says nothing about who it speaks for, so the
 * `Origin` header is not looked at.
 */
export class SocketDoor {
  readonly #paths: ReadonlyMap<string, Path>;
  readonly #limits: StreamLimits;
  readonly #wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageBytesMax,
    WebSocket: StreamSocket,
  });
  readonly #turns: Set<StreamSocket>[];
  /** One for all sockets of a path. */
  readonly #owners = new Map<Path, SocketOwner>();
  /** Those who have not said hello, in the order in which they came. */
  readonly #strangers = new Set<StreamSocket>();
  readonly #countByHolder = new Map<string, number>();
  #count = 0;
  #served = 0;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(options: { paths: readonly Path[]; limits: StreamLimits }) {
    this.#paths = new Map(options.paths.map((path) => [path.stream.path, path]));
    this.#limits = options.limits;
    this.#turns = Array.from({ length: Math.max(1, Math.round(options.limits.pingMs / turnMs)) }, () => new Set());
  }

  get socketCount(): number {
    return this.#count;
  }

  /** Upgrades on other paths, and to other protocols, stay ordinary requests. */
  open(server: Server): void {
    if (this.#paths.size === 0) return;
    Object.assign(server, {
      shouldUpgradeCallback: (request: IncomingMessage) =>
        request.headers.upgrade?.toLowerCase() === 'websocket' && this.#paths.has(pathOf(request)),
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#upgrade(request, socket, head);
    });
    this.#timer = setInterval(() => this.#lookAfter(), turnMs);
  }

  /** Sends everybody away; they come back to whoever takes over. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#timer);
    for (const socket of this.#all()) socket.close(streamCloseCodes.restarting);
    const deadlineMs = performance.now() + this.#limits.closeMs;
    while (this.#count > 0 && performance.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const socket of this.#all()) socket.terminate();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const path = this.#paths.get(pathOf(request));
    const isFull = this.#count >= this.#limits.socketsMax || this.#strangers.size >= this.#limits.strangersMax;
    if (!path || this.#isClosing || isFull) {
      // Unheard, an error of a connection that is gone would end the process.
      socket.on('error', () => socket.destroy());
      socket.end(
        'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    this.#wss.handleUpgrade(request, socket, head, (client) => this.#letIn(client as StreamSocket, path));
  }

  #letIn(socket: StreamSocket, path: Path): void {
    this.#served += 1;
    this.#count += 1;
    this.#strangers.add(socket);
    const turn = this.#served % this.#turns.length;
    this.#turns[turn]?.add(socket);
    socket.open(this.#ownerOf(path), turn);
  }

  #ownerOf(path: Path): SocketOwner {
    const owner = this.#owners.get(path) ?? {
      waitingBytesMax: this.#limits.waitingBytesMax,
      heard: (socket, text) => this.#greet(socket, path, text),
      closed: (socket) => this.#letGo(socket, path),
    };
    this.#owners.set(path, owner);
    return owner;
  }

  #greet(socket: StreamSocket, { stream, realtime }: Path, text: string): void {
    if (!this.#strangers.delete(socket)) return refuse(socket, new AppError('invalid-request', 'Say hello once'));
    try {
      const hello = parseHello(text);
      const admission = stream.admit(hello.token);
      const others = this.#countByHolder.get(admission.holder) ?? 0;
      if (others >= this.#limits.perHolderMax)
        throw new AppError('too-many-requests', 'Too many connections at once; close some');
      this.#countByHolder.set(admission.holder, others + 1);
      const earlier = ((this.#served % earlierSteps) / earlierSteps) * earlierShare;
      socket.admission = { ...admission, openMs: admission.openMs * (1 - earlier) };
      socket.after = hello.after;
      realtime.join(socket);
    } catch (error) {
      refuse(socket, error instanceof AppError ? error : new AppError('internal', undefined, { cause: error }));
    }
  }

  #letGo(socket: StreamSocket, { realtime }: Path): void {
    this.#count -= 1;
    this.#strangers.delete(socket);
    this.#turns[socket.turn]?.delete(socket);
    const { admission } = socket;
    if (!admission) return;
    realtime.leave(socket);
    const count = this.#countByHolder.get(admission.holder) ?? 0;
    if (count > 1) this.#countByHolder.set(admission.holder, count - 1);
    else this.#countByHolder.delete(admission.holder);
  }

  #lookAfter(): void {
    const nowMs = performance.now();
    for (const socket of this.#strangers) {
      if (nowMs - socket.openedMs < this.#limits.helloMs) break;
      this.#strangers.delete(socket);
      refuse(socket, new AppError('unauthenticated', 'Say hello first'));
    }
    this.#turn = (this.#turn + 1) % this.#turns.length;
    for (const socket of this.#turns[this.#turn] ?? []) {
      if (!socket.isAlive) socket.terminate();
      else if (nowMs - socket.openedMs > (socket.admission?.openMs ?? Infinity)) socket.close(streamCloseCodes.expired);
      else {
        socket.isAlive = false;
        socket.ping();
      }
    }
  }

  *#all(): Iterable<StreamSocket> {
    for (const turn of this.#turns) yield* turn;
  }
}

function parseHello(text: string): Omit<StreamHello, 'after'> & { after: ReturnType<typeof readPosition> } {
  const hello = streamHelloSchema.safeParse(parseJson(text));
  if (!hello.success) throw new AppError('invalid-request', 'The first message must be a hello');
  return { ...hello.data, after: readPosition(hello.data.after) };
}

function readPosition(text: string | null) {
  if (text === null) return null;
  const position = decodeStreamPosition(text);
  if (!position) throw new AppError('invalid-cursor', 'The position is not one of ours');
  return position;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const closeCodeOf: Partial<Record<ErrorCode, number>> = {
  unauthenticated: streamCloseCodes.unauthenticated,
  'too-many-requests': streamCloseCodes.tooMany,
  internal: streamCloseCodes.restarting,
};

function refuse(socket: StreamSocket, error: AppError): void {
  socket.refuse({ code: error.code, message: error.message }, closeCodeOf[error.code] ?? streamCloseCodes.invalid);
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? '';
}
