import type { Teller, Topic } from './realtime.ts';

/** Who shows a token, what he may hear, and for how long. */
export type Admission = {
  topic: Topic;
  /** Names the person: nobody holds more than a few sockets. */
  holder: string;
  /** After that the socket is closed, and the client comes back with a new token. */
  openMs: number;
};

/** A WebSocket path of a service, on which it tells what its events say. */
export type Stream = {
  readonly path: string;
  /** Types of events that are told. */
  readonly types: readonly string[];
  /** Throws `AppError` for a token that is not genuine or has expired. */
  admit(token: string): Admission;
  readonly tell: Teller;
};

export type StreamLimits = {
  /** Sockets of this process. At 12 kB each, 300 MB. */
  socketsMax: number;
  /** Of them, those that have not said hello. */
  strangersMax: number;
  /** Of one person: tabs and devices. */
  perHolderMax: number;
  /** Time to say hello in. */
  helloMs: number;
  /** Time between two pings. Proxies cut connections that are silent for a minute. */
  pingMs: number;
  /** What waits for a reader who does not read. A whole replay fits. */
  waitingBytesMax: number;
  /** For goodbyes when the server closes. */
  closeMs: number;
};

export const streamLimits: StreamLimits = {
  socketsMax: 25_000,
  strangersMax: 10_000,
  perHolderMax: 10,
  helloMs: 10_000,
  pingMs: 30_000,
  waitingBytesMax: 512 * 1_024,
  closeMs: 2_000,
};
