import { Admin } from '@platformatic/kafka';
import { atMost, clientOptions } from './client.ts';
import { topicOf } from './topics.ts';

const latest = -1n;
const earliest = -2n;
const answerTimeoutMs = 10_000;

/** How many events of each source a group of consumers has not passed. */
export class KafkaLag {
  readonly #brokers: readonly string[];
  #admin: Admin | undefined;

  constructor(brokers: readonly string[]) {
    this.#brokers = brokers;
  }

  async of(group: string, sources: readonly string[]): Promise<Map<string, number>> {
    const admin = (this.#admin ??= new Admin(clientOptions(this.#brokers, 'lag')));
    return atMost(answerTimeoutMs, readLag(admin, group, sources));
  }

  async close(): Promise<void> {
    await this.#admin?.close().catch(() => undefined);
  }
}

async function readLag(admin: Admin, group: string, sources: readonly string[]): Promise<Map<string, number>> {
  const { topics } = await admin.metadata({ topics: sources.map(topicOf) });
  const partitions = sources.map((source) => {
    const count = topics.get(topicOf(source))?.partitionsCount ?? 0;
    return { name: topicOf(source), partitionIndexes: Array.from({ length: count }, (_, index) => index) };
  });
  const [begins, ends, [committed]] = await Promise.all([
    listOffsets(admin, partitions, earliest),
    listOffsets(admin, partitions, latest),
    admin.listConsumerGroupOffsets({ groups: [{ groupId: group, topics: partitions }] }),
  ]);
  const lag = new Map(sources.map((source) => [source, 0]));
  for (const source of sources) {
    const name = topicOf(source);
    const positions = committed?.topics.find((topic) => topic.name === name)?.partitions ?? [];
    for (const [partition, end] of ends.get(name) ?? []) {
      const begin = begins.get(name)?.get(partition) ?? end;
      const position = positions.find(({ partitionIndex }) => partitionIndex === partition)?.committedOffset ?? -1n;
      // Where there is no position, or one before what is kept, a group begins with what is kept.
      const waiting = Number(end - (position < begin ? begin : position));
      lag.set(source, (lag.get(source) ?? 0) + waiting);
    }
  }
  return lag;
}

type Partitions = readonly { name: string; partitionIndexes: readonly number[] }[];

/** The offsets of partitions at a time, or -1 where nothing came since. */
export async function listOffsets(
  admin: Admin,
  partitions: Partitions,
  timestamp: bigint,
): Promise<Map<string, Map<number, bigint>>> {
  const topics = await admin.listOffsets({
    topics: partitions.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, timestamp })),
    })),
  });
  return new Map(
    topics.map((topic) => [
      topic.name,
      new Map(topic.partitions.map(({ partitionIndex, offset }) => [partitionIndex, offset])),
    ]),
  );
}
