/** A position in the write-ahead log: a number of bytes since the cluster was made. */
export type Lsn = bigint;

/** PostgreSQL writes positions as two hexadecimal halves: `16/B374D848`. */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (!match) throw new Error(`"${text}" is no position in a write-ahead log`);
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

export function formatLsn(lsn: Lsn): string {
  return `${(lsn >> 32n).toString(16)}/${(lsn & 0xffff_ffffn).toString(16)}`.toUpperCase();
}

export function segmentOf(lsn: Lsn, segmentBytes: number): number {
  return Number(lsn / BigInt(segmentBytes));
}

export function startOfSegment(segment: number, segmentBytes: number): Lsn {
  return BigInt(segment) * BigInt(segmentBytes);
}

/** The name PostgreSQL gives the file: timeline, and the segment's number in two parts. */
export function segmentFileName(timeline: number, segment: number, segmentBytes: number): string {
  const perFile = 0x1_0000_0000 / segmentBytes;
  return hex8(timeline) + hex8(Math.floor(segment / perFile)) + hex8(segment % perFile);
}

export function parseSegmentFileName(
  name: string,
  segmentBytes: number,
): { timeline: number; segment: number } | undefined {
  const match = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/.exec(name);
  if (!match) return undefined;
  const [timeline = 0, high = 0, low = 0] = match.slice(1).map((part) => Number.parseInt(part, 16));
  return { timeline, segment: high * (0x1_0000_0000 / segmentBytes) + low };
}

export function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
