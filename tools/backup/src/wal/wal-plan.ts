import { segmentOf, startOfSegment, type Lsn } from '../postgres/lsn.ts';
import { findPath, type History, type Stretch } from './timelines.ts';
import type { WalObject } from './wal-names.ts';

export type PlannedSegment = {
  timeline: number;
  segment: number;
  /** Together they hold the segment from its beginning, in the order in which they are put over each other. */
  objects: WalObject[];
  /** How far into the segment they reach. */
  bytes: number;
};

export type WalPlan = {
  segments: PlannedSegment[];
  /** The timelines that are gone through; all but the first have a history. */
  timelines: number[];
  /** How far the log goes on without a hole. */
  until: Lsn;
  /** There is more of it behind a hole, which cannot be used with this backup. */
  hole: { from: Lsn; until: Lsn } | undefined;
};

/** Which of the stored log continues a backup that ends at a position, segment after segment, up to the first hole. */
export function planWal(options: {
  objects: readonly WalObject[];
  histories: ReadonlyMap<number, History>;
  timeline: number;
  endLsn: Lsn;
  segmentBytes: number;
}): WalPlan {
  const { objects, histories, timeline, endLsn, segmentBytes } = options;
  const path = findPath(histories, { timeline, lsn: endLsn });
  const bySegment = Map.groupBy(objects, (object) => `${object.timeline}/${object.segment}`);
  // PostgreSQL fills the segment that a backup ends in, and the backup brings it.
  const first = segmentOf(endLsn - 1n, segmentBytes) + 1;
  const segments: PlannedSegment[] = [];
  let until = startOfSegment(first, segmentBytes);
  for (let segment = first; ; segment += 1) {
    const at = timelineAt(path, segment, segmentBytes);
    const planned = assemble(bySegment.get(`${at}/${segment}`) ?? []);
    if (planned.bytes === 0) break;
    segments.push({ timeline: at, segment, ...planned });
    until = startOfSegment(segment, segmentBytes) + BigInt(planned.bytes);
    if (planned.bytes < segmentBytes) break;
  }
  const onPath = objects.filter((object) => timelineAt(path, object.segment, segmentBytes) === object.timeline);
  const starts = onPath.map((object) => startOfSegment(object.segment, segmentBytes) + BigInt(object.from));
  const behind = starts.filter((start) => start > until).sort(compare)[0];
  return {
    segments,
    timelines: path.map((stretch) => stretch.timeline),
    until,
    hole: behind === undefined ? undefined : { from: until, until: behind },
  };
}

/** The segment in which a timeline begins is read from the new one, which has copied what comes before. */
function timelineAt(path: readonly Stretch[], segment: number, segmentBytes: number): number {
  const stretch = path.findLast(({ from }) => segmentOf(from, segmentBytes) <= segment);
  return stretch?.timeline ?? 0;
}

/** Parts overlap where a stream was interrupted and began the segment anew. */
function assemble(objects: readonly WalObject[]): { objects: WalObject[]; bytes: number } {
  const used: WalObject[] = [];
  let bytes = 0;
  for (;;) {
    const following = objects.filter(({ from, until }) => from <= bytes && until > bytes);
    const longest = following.sort((a, b) => b.until - a.until)[0];
    if (!longest) return { objects: used, bytes };
    used.push(longest);
    bytes = longest.until;
  }
}

function compare(a: Lsn, b: Lsn): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
