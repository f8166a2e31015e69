import { Admin } from '@platformatic/kafka';
import { clientOptions, hasApiError } from './client.ts';
import { listOffsets } from './kafka-lag.ts';

const latest = -1n;

export type ReplayResult =
  | { outcome: 'moved'; topics: { topic: string; events: number }[] }
  /** Never heard anything. */
  | { outcome: 'unknown-consumer' }
  /** Positions of those who read move only with what they read. */
  | { outcome: 'running' };

/**
 * Takes a consumer back to what was sent since `from`: the next of its processes to start begins there. `events` counts what it
 * will hear, also of what it had not heard yet.
 */
export async function replayFrom(options: {
  brokers: readonly string[];
  consumer: string;
  from: Date;
}): Promise<ReplayResult> {
  const admin = new Admin(clientOptions(options.brokers, 'replay'));
  try {
    const [group] = await admin.listConsumerGroupOffsets({ groups: [options.consumer] });
    if (!group || group.topics.length === 0) return { outcome: 'unknown-consumer' };
    const partitions = group.topics.map(({ name, partitions: own }) => ({
      name,
      partitionIndexes: own.map(({ partitionIndex }) => partitionIndex),
    }));
    const since = await listOffsets(admin, partitions, BigInt(options.from.getTime()));
    const ends = await listOffsets(admin, partitions, latest);
    const offsets = partitions.map(({ name, partitionIndexes }) => ({
      name,
      partitionOffsets: partitionIndexes.map((partition) => {
        const end = ends.get(name)?.get(partition) ?? 0n;
        const begin = since.get(name)?.get(partition) ?? -1n;
        return { partition, offset: begin < 0n ? end : begin, end };
      }),
    }));
    await admin.alterConsumerGroupOffsets({
      groupId: options.consumer,
      topics: offsets.map(({ name, partitionOffsets }) => ({
        name,
        partitionOffsets: partitionOffsets.map(({ partition, offset }) => ({ partition, offset })),
      })),
    });
    return {
      outcome: 'moved',
      topics: offsets.map(({ name, partitionOffsets }) => ({
        topic: name,
        events: partitionOffsets.reduce((sum, { offset, end }) => sum + Number(end - offset), 0),
      })),
    };
  } catch (error) {
    if (hasApiError(error, 'UNKNOWN_MEMBER_ID') || hasApiError(error, 'NON_EMPTY_GROUP')) return { outcome: 'running' };
    throw error;
  } finally {
    await admin.close();
  }
}
