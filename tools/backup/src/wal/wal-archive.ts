import { UserError } from '@loyalnest/dev/errors';
import { formatLsn, startOfSegment } from '../postgres/lsn.ts';
import type { BackupRecord } from '../base/backup-record.ts';
import type { SealedTarget } from '../target/sealed-target.ts';
import type { StoredObject } from '../target/target.ts';
import { parseHistory } from './timelines.ts';
import { historyName, parseHistoryNames, parseWalObjects, walPrefix } from './wal-names.ts';
import { planWal, type PlannedSegment, type WalPlan } from './wal-plan.ts';

/** What the target holds of the log, looked at once. */
export class WalArchive {
  readonly #target: SealedTarget;
  readonly #objects: readonly StoredObject[];
  readonly #histories: ReadonlyMap<number, Buffer>;

  private constructor(target: SealedTarget, objects: readonly StoredObject[], histories: ReadonlyMap<number, Buffer>) {
    this.#target = target;
    this.#objects = objects;
    this.#histories = histories;
  }

  static async look(target: SealedTarget): Promise<WalArchive> {
    const objects = await target.list(walPrefix);
    const histories = new Map<number, Buffer>();
    for (const timeline of parseHistoryNames(objects)) histories.set(timeline, await target.get(historyName(timeline)));
    return new WalArchive(target, objects, histories);
  }

  /** What continues this backup. */
  planFor({ timeline, endLsn, segmentBytes }: BackupRecord): WalPlan {
    return planWal({
      objects: parseWalObjects(this.#objects, segmentBytes),
      histories: new Map([...this.#histories].map(([key, content]) => [key, parseHistory(content.toString('utf8'))])),
      timeline,
      endLsn,
      segmentBytes,
    });
  }

  history(timeline: number): Buffer | undefined {
    return this.#histories.get(timeline);
  }

  /** The segment's file as PostgreSQL wants it: as long as every other, empty where nothing has arrived. */
  async read(planned: PlannedSegment, segmentBytes: number): Promise<Buffer> {
    const file = Buffer.alloc(segmentBytes);
    const contents = await Promise.all(planned.objects.map(({ name }) => this.#target.get(name)));
    for (const [at, { from, until, name }] of planned.objects.entries()) {
      const content = contents[at];
      if (content?.length !== until - from) throw new UserError(`${name} is not as long as its name says`);
      content.copy(file, from);
    }
    assertPages(file, planned, segmentBytes);
    return file;
  }
}

const pageBytes = 8_192;
/** Where a page of the log tells its own position. */
const addressOffset = 8;

/** Each page tells where it belongs; one that is elsewhere was put together wrongly. */
function assertPages(file: Buffer, { segment, bytes }: PlannedSegment, segmentBytes: number): void {
  for (let page = 0; page + addressOffset + 8 <= bytes; page += pageBytes) {
    const address = file.readBigUInt64LE(page + addressOffset);
    const expected = startOfSegment(segment, segmentBytes) + BigInt(page);
    // Behind a segment that was ended early lie empty pages.
    if (address === expected || address === 0n) continue;
    throw new UserError(`the log at ${formatLsn(expected)} is damaged: it holds ${formatLsn(address)}`);
  }
}
