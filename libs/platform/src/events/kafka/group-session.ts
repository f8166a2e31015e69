import { Consumer, stringDeserializers, type MessagesStream } from '@platformatic/kafka';
import { atMost, clientOptions } from './client.ts';
import type { IncomingMessage } from './message.ts';

/**
 * After this long without a word from a process the others take over its partitions. As short as brokers allow, because what
 * recovers has to do so within 10 s; a process that only stood still finds its events in the inbox.
 */
const sessionTimeoutMs = 6_000;
const rebalanceTimeoutMs = 6_000;
/** How soon the others notice that one came or left. */
const heartbeatMs = 500;
/** A group that finds together answers when all are there. */
const groupTimeoutMs = 9_000;
/** A partition that was just taken over waits for the question that is under way. */
const fetchWaitMs = 250;
/** What is held in memory at once: some deliveries. */
const fetchBytesMax = 2 * 1024 * 1024;
const messagesHeldMax = 1_000;
const closeTimeoutMs = 3_000;

export type SessionOptions = {
  brokers: readonly string[];
  group: string;
  /** One name for each reader, the same in all its sessions. */
  member: string;
  topics: string[];
};

type Stream = MessagesStream<string, Buffer, string, string>;

/** One stay in a group of consumers: from joining it to leaving it, or to the first error. */
export class GroupSession {
  readonly #consumer: Consumer<string, Buffer, string, string>;
  readonly #stream: Stream;
  #error: Error | undefined;
  #wake: (() => void) | undefined;

  private constructor(consumer: Consumer<string, Buffer, string, string>, stream: Stream) {
    this.#consumer = consumer;
    this.#stream = stream;
    const fail = (error: Error) => {
      this.#error ??= error;
      this.wake();
    };
    consumer.on('error' as never, fail as never);
    consumer.on('consumer:heartbeat:stalled', () => fail(new Error('the group of consumers does not answer')));
    stream.on('error', fail);
    stream.on('close', () => fail(new Error('the stream of events ended')));
    stream.on('readable', () => this.wake());
  }

  static async join(options: SessionOptions): Promise<GroupSession> {
    const consumer = new Consumer<string, Buffer, string, string>({
      ...clientOptions(options.brokers, options.group),
      groupId: options.group,
      requestTimeout: groupTimeoutMs,
      deserializers: { ...stringDeserializers, value: (value) => value },
      // Who comes back after an error under the same name takes his old place, and nobody waits for who he was.
      groupInstanceId: options.member,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: heartbeatMs,
      autocreateTopics: false,
    });
    // What goes wrong before there is a session is also told to who joins; unheard it would end the process.
    consumer.on('error' as never, (() => undefined) as never);
    try {
      const stream = await consumer.consume({
        topics: options.topics,
        mode: 'committed',
        // A group that never was here begins with the oldest event that is kept.
        fallbackMode: 'earliest',
        autocommit: false,
        maxWaitTime: fetchWaitMs,
        maxBytes: fetchBytesMax,
        highWaterMark: messagesHeldMax,
      });
      return new GroupSession(consumer, stream);
    } catch (error) {
      await left(consumer);
      throw error;
    }
  }

  get hasFailed(): boolean {
    return this.#error !== undefined;
  }

  /** Messages that are there, each partition's in its order, or none. Throws when the session is over. */
  read(messagesMax: number): IncomingMessage[] {
    if (this.#error) throw this.#error;
    const messages: IncomingMessage[] = [];
    while (messages.length < messagesMax) {
      const message = this.#stream.read() as IncomingMessage | null;
      if (message === null) break;
      messages.push(message);
    }
    return messages;
  }

  /** Waits until there may be something to read, or somebody calls `wake`. */
  wait(): Promise<void> {
    return new Promise((settle) => {
      this.#wake = settle;
    });
  }

  wake(): void {
    this.#wake?.();
  }

  /** Says that these were handled: after a crash the group goes on behind them. */
  async commit(messages: readonly IncomingMessage[]): Promise<void> {
    const last = new Map(messages.map((message) => [`${message.topic}/${message.partition}`, message]));
    await this.#consumer.commit({
      offsets: [...last.values()].map(({ topic, partition, offset, leaderEpoch }) => ({
        topic,
        partition,
        offset: offset + 1n,
        leaderEpoch,
      })),
    });
  }

  /** Leaves the group, so that the others take over at once. */
  async leave(): Promise<void> {
    this.#error ??= new Error('the group was left');
    await left(this.#consumer);
  }
}

async function left(consumer: Consumer<string, Buffer, string, string>): Promise<void> {
  await atMost(closeTimeoutMs, consumer.close(true)).catch(() => undefined);
}
