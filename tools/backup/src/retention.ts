import { basePrefix, readRecords, type BackupRecord } from './base/backup-record.ts';
import { segmentOf } from './postgres/lsn.ts';
import type { SealedTarget } from './target/sealed-target.ts';
import { parseWalObjects, walPrefix } from './wal/wal-names.ts';

const dayMs = 86_400_000;
/** How long what a backup holds of people who were erased since can still come back. */
export const retentionDays = 90;
/** A backup without its record was interrupted; after a day nobody is still writing it. */
const unfinishedMs = dayMs;

export type Removed = { backups: string[]; unfinished: string[]; logObjects: number };

/**
 * Removes backups older than 90 days, though never the last one, and all log from before those that stay: no backup needs
 * it.
 */
export async function removeOld(target: SealedTarget, now: Date): Promise<Removed> {
  const records = await readRecords(target);
  const old = findOld(records, now);
  const objects = await target.list(basePrefix);
  const unfinished = findUnfinished(
    objects.map(({ name }) => name),
    { records, now },
  );
  for (const id of [...old.map((record) => record.id), ...unfinished]) {
    const names = objects.map(({ name }) => name).filter((name) => name.startsWith(`${basePrefix}${id}/`));
    // The record goes first: what is removed only in part must not pass for a backup.
    await target.remove(names.filter((name) => name.endsWith('/backup.json')));
    await target.remove(names.filter((name) => !name.endsWith('/backup.json')));
  }
  const kept = records.filter((record) => !old.includes(record));
  const log = await findOldLog(target, kept);
  await target.remove(log);
  return { backups: old.map((record) => record.id), unfinished, logObjects: log.length };
}

function findOld(records: readonly BackupRecord[], now: Date): BackupRecord[] {
  const limitMs = now.getTime() - retentionDays * dayMs;
  return records.slice(0, -1).filter(({ endedAt }) => endedAt.getTime() < limitMs);
}

function findUnfinished(
  names: readonly string[],
  { records, now }: { records: readonly BackupRecord[]; now: Date },
): string[] {
  const complete = new Set(records.map(({ id }) => id));
  const ids = new Set(names.map((name) => name.slice(basePrefix.length).split('/')[0] ?? ''));
  return [...ids].filter((id) => !complete.has(id) && startOf(id) < now.getTime() - unfinishedMs);
}

/** The moment in a backup's name; a name that holds none is nothing of ours, and stays. */
function startOf(id: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(id);
  if (!match) return Number.POSITIVE_INFINITY;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** A restore as of an earlier moment goes on from an earlier position: the newest backup may lie before the oldest. */
async function findOldLog(target: SealedTarget, kept: readonly BackupRecord[]): Promise<string[]> {
  const [oldest] = kept;
  if (!oldest) return [];
  const { segmentBytes } = oldest;
  const first = Math.min(...kept.map(({ startLsn }) => segmentOf(startLsn, segmentBytes)));
  const objects = parseWalObjects(await target.list(walPrefix), segmentBytes);
  return objects.filter(({ segment }) => segment < first).map(({ name }) => name);
}
