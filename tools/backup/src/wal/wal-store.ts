import { UserError } from '@loyalnest/dev/errors';
import type { SealedTarget } from '../target/sealed-target.ts';
import type { LogPart } from './segment-queue.ts';
import { historyName, partName, wholeName } from './wal-names.ts';

type Place = { target: SealedTarget; timeline: number; segmentBytes: number };

/** Puts the log of one timeline into the target. */
export class WalStore {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  /** A whole segment takes the place of its parts. */
  async put(part: LogPart): Promise<void> {
    const { target, timeline, segmentBytes } = this.#place;
    if (!part.isWhole) {
      await target.put(partName({ timeline, ...part }, segmentBytes), part.content);
      return;
    }
    const name = wholeName(timeline, part.segment, segmentBytes);
    await target.put(name, part.content);
    const parts = await target.list(`${name}.`);
    await target.remove(parts.map((stored) => stored.name));
  }

  /** Two copies of a database that go on from the same restore are two databases, and may not share a target. */
  async putHistory(rows: Record<string, unknown>[][]): Promise<void> {
    const { target, timeline } = this.#place;
    const row = rows[0]?.[0];
    const content = Buffer.from(row?.['content'] as Buffer | string);
    const stored = await target.find(historyName(timeline));
    if (stored?.equals(content)) return;
    if (stored) {
      throw new UserError(
        `${target.address} holds timeline ${timeline} of another copy of this database; give this one a place of its own with BACKUP_TARGET`,
      );
    }
    await target.put(historyName(timeline), content);
  }
}
