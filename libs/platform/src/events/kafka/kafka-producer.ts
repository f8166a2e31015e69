import { Producer, stringSerializers, type Serializers } from '@platformatic/kafka';
import { DestinationAway } from '../relay.ts';
import { atMost, clientOptions, reasonOf } from './client.ts';
import type { OutgoingMessage } from './message.ts';
import { ensureTopics } from './topics.ts';

/** Below what PostgreSQL lets a transaction wait. */
const sendTimeoutMs = 10_000;
/** Who asks whether it is there is told soon; opening goes on meanwhile. */
const readyTimeoutMs = 4_000;
const closeTimeoutMs = 2_000;

/**
 * Sends messages to one topic, and makes the topic. A failure leaves nothing behind: the next use opens a connection anew, with
 * a producer id that the broker does not know, and sends again what may have been written already.
 */
export class KafkaProducer {
  readonly #brokers: readonly string[];
  readonly #topic: string;
  #opened: Promise<Producer<string, Buffer, string, string>> | undefined;

  constructor(options: { brokers: readonly string[]; topic: string }) {
    this.#brokers = options.brokers;
    this.#topic = options.topic;
  }

  /** Throws `DestinationAway` when there is no broker to send to. */
  async ready(): Promise<void> {
    await atMost(readyTimeoutMs, this.#producer()).catch((error: unknown) => {
      throw away(error);
    });
  }

  /** Returns when every copy that the topic is to have was written. Throws `DestinationAway`. */
  async send(messages: readonly OutgoingMessage[]): Promise<void> {
    const producer = await this.#producer();
    try {
      await atMost(sendTimeoutMs, producer.send({ messages: [...messages] }));
    } catch (error) {
      this.#opened = undefined;
      void closed(producer);
      throw away(error);
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened) await opened.then(closed, () => undefined);
  }

  #producer(): Promise<Producer<string, Buffer, string, string>> {
    const opened = (this.#opened ??= this.#open());
    // Who waits gets the error; the next one tries again.
    opened.catch(() => {
      if (this.#opened === opened) this.#opened = undefined;
    });
    return opened;
  }

  async #open(): Promise<Producer<string, Buffer, string, string>> {
    await ensureTopics(this.#brokers, [this.#topic]).catch((error: unknown) => {
      throw away(error);
    });
    const producer = new Producer<string, Buffer, string, string>({
      ...clientOptions(this.#brokers, 'producer'),
      // Acknowledged by all copies, and what the client sends twice is written once.
      idempotent: true,
      autocreateTopics: false,
      serializers,
    });
    try {
      await producer.initIdempotentProducer({});
      return producer;
    } catch (error) {
      void closed(producer);
      throw away(error);
    }
  }
}

function away(cause: unknown): DestinationAway {
  if (cause instanceof DestinationAway) return cause;
  return new DestinationAway(`Kafka cannot be reached: ${reasonOf(cause)}`, { cause });
}

const serializers: Serializers<string, Buffer, string, string> = {
  ...stringSerializers,
  value: (value) => value,
};

async function closed(producer: Producer<string, Buffer, string, string>): Promise<void> {
  await atMost(closeTimeoutMs, producer.close()).catch(() => undefined);
}
