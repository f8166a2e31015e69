import { startOfSegment, type Lsn } from '../postgres/lsn.ts';

export type LogPart = { segment: number; from: number; until: number; content: Buffer; isWhole: boolean };

/** The log as it arrives, cut at the borders of segments, until it is stored. */
export class SegmentQueue {
  readonly #segmentBytes: number;
  /** Full, and not stored yet; oldest first. */
  readonly #full: { segment: number; content: Buffer }[] = [];
  #current: { segment: number; content: Buffer; received: number; stored: number };

  constructor({ segment, segmentBytes }: { segment: number; segmentBytes: number }) {
    this.#segmentBytes = segmentBytes;
    this.#current = { segment, content: Buffer.alloc(segmentBytes), received: 0, stored: 0 };
  }

  /** Where the next byte belongs. */
  get receivedLsn(): Lsn {
    return startOfSegment(this.#current.segment, this.#segmentBytes) + BigInt(this.#current.received);
  }

  get fullCount(): number {
    return this.#full.length;
  }

  /** Throws when it does not continue what was there: a hole would go unnoticed until the day of the restore. */
  push(lsn: Lsn, content: Buffer): void {
    if (lsn !== this.receivedLsn) throw new Error('the log that arrives does not continue what came before');
    let at = 0;
    while (at < content.length) {
      const current = this.#current;
      const copied = content.copy(current.content, current.received, at);
      current.received += copied;
      at += copied;
      if (current.received < this.#segmentBytes) continue;
      this.#full.push({ segment: current.segment, content: current.content });
      this.#current = {
        segment: current.segment + 1,
        content: Buffer.alloc(this.#segmentBytes),
        received: 0,
        stored: 0,
      };
    }
  }

  /** What has to be stored next: a full segment, else what is new in the one that is filling. */
  next(): LogPart | undefined {
    const [full] = this.#full;
    if (full) return { ...full, from: 0, until: this.#segmentBytes, isWhole: true };
    const { segment, content, received, stored } = this.#current;
    if (received === stored) return undefined;
    return { segment, from: stored, until: received, content: content.subarray(stored, received), isWhole: false };
  }

  /** That part is safe. Returns the position up to which all is. */
  stored(part: LogPart): Lsn {
    if (part.isWhole) this.#full.shift();
    else if (part.segment === this.#current.segment) this.#current.stored = part.until;
    return startOfSegment(part.segment, this.#segmentBytes) + BigInt(part.until);
  }
}
