import { hex8, parseSegmentFileName, segmentFileName } from '../postgres/lsn.ts';
import type { StoredObject } from '../target/target.ts';

/**
 * In the target the log lies in whole segments, and, of the segment that is being written, in what arrived of it so far:
 *
 *     wal/000000010000000000000003                      a segment
 *     wal/000000010000000000000004.00000000-0001A2F8    the bytes of one from, until
 *     wal/00000002.history                              where a timeline came from
 */
export const walPrefix = 'wal/';

export type WalObject = {
  name: string;
  timeline: number;
  segment: number;
  /** Offsets in the segment. */
  from: number;
  until: number;
};

export function wholeName(timeline: number, segment: number, segmentBytes: number): string {
  return walPrefix + segmentFileName(timeline, segment, segmentBytes);
}

export function partName(part: Omit<WalObject, 'name'>, segmentBytes: number): string {
  return `${wholeName(part.timeline, part.segment, segmentBytes)}.${hex8(part.from)}-${hex8(part.until)}`;
}

export function historyName(timeline: number): string {
  return `${walPrefix}${hex8(timeline)}.history`;
}

/** The log among the objects; what has another name is none of it. */
export function parseWalObjects(objects: readonly StoredObject[], segmentBytes: number): WalObject[] {
  return objects.flatMap(({ name }) => {
    const [file = '', range] = name.slice(walPrefix.length).split('.');
    const parsed = parseSegmentFileName(file, segmentBytes);
    if (!parsed) return [];
    if (range === undefined) return [{ name, ...parsed, from: 0, until: segmentBytes }];
    const match = /^([0-9A-F]{8})-([0-9A-F]{8})$/.exec(range);
    if (!match?.[1] || !match[2] || name.split('.').length > 2) return [];
    return [{ name, ...parsed, from: Number.parseInt(match[1], 16), until: Number.parseInt(match[2], 16) }];
  });
}

/** Timelines whose history is stored. */
export function parseHistoryNames(objects: readonly StoredObject[]): number[] {
  return objects.flatMap(({ name }) => {
    const match = /^wal\/([0-9A-F]{8})\.history$/.exec(name);
    return match?.[1] ? [Number.parseInt(match[1], 16)] : [];
  });
}
