import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../telemetry/logger.ts';
import type { EventConsumer } from '../consumer.ts';
import { deliver, deliveryMax } from '../deliver.ts';
import type { DeliveredEvent } from '../outbox.ts';
import { reasonOf, uniqueName } from './client.ts';
import { GroupSession } from './group-session.ts';
import { KafkaProducer } from './kafka-producer.ts';
import { readMessage, toMessage, type IncomingMessage, type OutgoingMessage } from './message.ts';
import { deadLetterTopicOf, ensureTopics, topicOf } from './topics.ts';

/** Wait after a failure before the next try. */
const backoffMs = 500;

export type ListenerOptions = {
  brokers: readonly string[];
  /** Services whose events the consumer hears. */
  sources: readonly string[];
  consumer: EventConsumer;
  logger: Logger;
};

/**
 * Brings the events of other services from Kafka to a consumer of this process, and shares them with the other processes
 * of its service. The group's position moves after the consumer's transaction, so that a crash or a change of hands
 * redelivers, and the inbox drops what it already has. What was read is handled even when its partition has gone to another
 * process meanwhile: both go through it in its order, and whoever is later finds it in the inbox.
 */
export class KafkaListener {
  readonly #options: ListenerOptions;
  readonly #deadLetters: KafkaProducer;
  readonly #member: string;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#member = uniqueName(options.consumer.name);
    this.#deadLetters = new KafkaProducer({
      brokers: options.brokers,
      topic: deadLetterTopicOf(options.consumer.name),
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Lets the delivery at hand end, and leaves the group. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#deadLetters.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#stay();
      } catch (error) {
        if (signal.aborted) return;
        const { consumer, logger } = this.#options;
        logger.warn({ consumer: consumer.name, reason: reasonOf(error) }, 'no events from Kafka; trying again');
        await this.#pause();
      }
    }
  }

  async #stay(): Promise<void> {
    const { signal } = this.#stop;
    const joining = this.#join();
    const session = await unlessAborted(joining, signal);
    if (!session) {
      // A broker that stands still keeps nobody from stopping.
      void joining.then((late) => late.leave()).catch(() => undefined);
      return;
    }
    const wake = () => session.wake();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        const messages = session.read(deliveryMax);
        if (messages.length === 0) await session.wait();
        else if (await this.#handle(messages, session)) await session.commit(messages);
      }
    } finally {
      signal.removeEventListener('abort', wake);
      await session.leave();
    }
  }

  async #join(): Promise<GroupSession> {
    const { brokers, sources, consumer } = this.#options;
    const topics = sources.map(topicOf);
    await ensureTopics(brokers, topics);
    return GroupSession.join({ brokers, group: consumer.name, member: this.#member, topics });
  }

  /** Handles the messages, however long the database is away. Gives up only with the session, and says so. */
  async #handle(messages: readonly IncomingMessage[], session: GroupSession): Promise<boolean> {
    const { consumer, logger } = this.#options;
    for (;;) {
      try {
        await deliver(await this.#read(messages), { consumer, logger, onFailure: (...of) => this.#bury(...of) });
        return true;
      } catch (error) {
        logger.warn({ err: error, consumer: consumer.name }, 'delivery failed; trying again');
      }
      await this.#pause();
      if (this.#stop.signal.aborted || session.hasFailed) return false;
    }
  }

  async #read(messages: readonly IncomingMessage[]): Promise<DeliveredEvent[]> {
    const { consumer, logger } = this.#options;
    const events: DeliveredEvent[] = [];
    for (const message of messages) {
      const read = readMessage(message, consumer.types);
      if (read.outcome === 'event') events.push(read.event);
      if (read.outcome !== 'unreadable') continue;
      const { topic, partition, offset } = message;
      logger.error({ topic, partition, offset: String(offset), reason: read.reason }, 'not an event of ours');
      const { key, value, headers } = message;
      await this.#sendDead({ key, value, headers: Object.fromEntries(headers) }, read.reason);
    }
    return events;
  }

  async #bury(event: DeliveredEvent, error: unknown): Promise<void> {
    await this.#sendDead(toMessage('', event), error instanceof Error ? error.message : String(error));
  }

  async #sendDead(message: Omit<OutgoingMessage, 'topic'>, reason: string): Promise<void> {
    const topic = deadLetterTopicOf(this.#options.consumer.name);
    await this.#deadLetters.send([{ ...message, topic, headers: { ...message.headers, reason } }]);
  }

  async #pause(): Promise<void> {
    await sleep(backoffMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

function unlessAborted<R>(work: Promise<R>, signal: AbortSignal): Promise<R | undefined> {
  return new Promise((settle, fail) => {
    const stop = () => settle(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    void work.then(settle, fail).finally(() => signal.removeEventListener('abort', stop));
  });
}
