import { readRecords } from './base/backup-record.ts';
import type { SealedTarget } from './target/sealed-target.ts';
import { readCoverage } from './wal/coverage.ts';
import { WalArchive } from './wal/wal-archive.ts';

/** Backups are taken each night; two hours for one that takes long. */
const backupAgeMaxMs = 26 * 3_600_000;
/** The stream tells how far it is every 10 s. */
const streamAgeMaxMs = 60_000;

export type BackupStatus = {
  ok: boolean;
  backups: { id: string; endedAt: string; bytes: number; storedBytes: number; serverVersion: string }[];
  /** Everything up to this moment can be restored from the newest backup. */
  restorableUntil: string | undefined;
  problems: string[];
};

/** What could be restored if it had to be now, and whether that is as fresh as it should be. */
export async function readStatus(target: SealedTarget, now: Date): Promise<BackupStatus> {
  const problems: string[] = [];
  const records = await readRecords(target, (problem) => problems.push(problem));
  const coverage = await readCoverage(target);
  const newest = records.at(-1);
  const plan = newest && (await WalArchive.look(target)).planFor(newest);
  if (!newest) problems.push('there is no complete backup');
  else if (now.getTime() - newest.endedAt.getTime() > backupAgeMaxMs)
    problems.push(`the newest backup is from ${newest.endedAt.toISOString()}`);
  const isCovered = newest && plan && coverage && coverage.lsn <= plan.until && coverage.until > newest.endedAt;
  const until = isCovered ? coverage.until : newest?.endedAt;
  if (until && now.getTime() - until.getTime() > streamAgeMaxMs)
    problems.push(`the log is not streamed: ./dev.sh backup stream (it reaches until ${until.toISOString()})`);
  if (plan?.hole) problems.push('the log has a hole behind the newest backup; take a new one');
  return {
    ok: problems.length === 0,
    backups: records.map(({ id, endedAt, bytes, storedBytes, serverVersion }) => ({
      id,
      endedAt: endedAt.toISOString(),
      bytes,
      storedBytes,
      serverVersion,
    })),
    restorableUntil: until?.toISOString(),
    problems,
  };
}
