import type { Lsn } from '../postgres/lsn.ts';
import { parseLsn } from '../postgres/lsn.ts';

/** Each restore begins a new timeline; its history names those it comes from, and where each was left. */
export type History = readonly { timeline: number; until: Lsn }[];

export function parseHistory(content: string): History {
  return content
    .split('\n')
    .map((line) => /^\s*(\d+)\t([0-9A-F]+\/[0-9A-F]+)/i.exec(line))
    .flatMap((match) => (match?.[1] && match[2] ? [{ timeline: Number(match[1]), until: parseLsn(match[2]) }] : []));
}

export type Stretch = { timeline: number; from: Lsn; until: Lsn | undefined };

/** The newest timeline that goes through a position, as the stretches that lead along it. */
export function findPath(
  histories: ReadonlyMap<number, History>,
  { timeline, lsn }: { timeline: number; lsn: Lsn },
): Stretch[] {
  const candidates = [...histories].filter(([, history]) =>
    history.some((entry) => entry.timeline === timeline && entry.until >= lsn),
  );
  const newest = Math.max(timeline, ...candidates.map(([candidate]) => candidate));
  const history = newest === timeline ? [] : (histories.get(newest) ?? []);
  const stretches = [...history, { timeline: newest, until: undefined }];
  return stretches.map((stretch, at) => ({ ...stretch, from: stretches[at - 1]?.until ?? 0n }));
}
