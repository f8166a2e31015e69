import { Admin } from '@platformatic/kafka';
import { clientOptions, hasApiError } from './client.ts';

/**
 * Bounds how many processes of a service can share its events. It stays: with another number, what a key's events are
 * told apart by would change, and with it their order.
 */
const partitions = 12;
/** As long as the outbox keeps them, so that a consumer that lost its data can start from two weeks ago. */
const keptMs = 14 * 24 * 60 * 60 * 1_000;
/** All of a relay's batch may go to one partition, and goes as one message there. */
const batchBytesMax = 16 * 1024 * 1024;

/** The topic of what a service publishes. */
export function topicOf(source: string): string {
  return `loyalnest.${source}.events`;
}

/** The topic of what a service could not handle. Nothing is removed there: a person takes it from there. */
export function deadLetterTopicOf(consumer: string): string {
  return `loyalnest.${consumer}.dead-letters`;
}

/** Makes the topics that are not there. Their copies are as many as the brokers are told to keep. */
export async function ensureTopics(brokers: readonly string[], topics: readonly string[]): Promise<void> {
  const admin = new Admin(clientOptions(brokers, 'topics'));
  try {
    const known = new Set(await admin.listTopics());
    for (const topic of topics) if (!known.has(topic)) await createTopic(admin, topic);
  } finally {
    await admin.close();
  }
}

async function createTopic(admin: Admin, topic: string): Promise<void> {
  const isForDeadLetters = topic.endsWith('.dead-letters');
  try {
    await admin.createTopics({
      topics: [topic],
      partitions: isForDeadLetters ? 1 : partitions,
      replicas: -1,
      configs: [
        { name: 'retention.ms', value: String(isForDeadLetters ? -1 : keptMs) },
        { name: 'max.message.bytes', value: String(batchBytesMax) },
      ],
    });
  } catch (error) {
    // Another process was faster.
    if (!hasApiError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
  }
}
