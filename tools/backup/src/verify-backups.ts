import { UserError } from '@loyalnest/dev/errors';
import { readBackup, inOrder } from './base/read-backup.ts';
import { readRecords, type BackupRecord } from './base/backup-record.ts';
import { formatLsn } from './postgres/lsn.ts';
import type { SealedTarget } from './target/sealed-target.ts';
import { WalArchive } from './wal/wal-archive.ts';

export type Verified = { backups: string[]; segments: number; problems: string[] };

/**
 * Reads the newest backup, or all of them, and the whole log that continues them, from the target, and says what is
 * missing or damaged.
 */
export async function verifyBackups(
  target: SealedTarget,
  { which, onProgress }: { which: 'newest' | 'all'; onProgress: (text: string) => void },
): Promise<Verified> {
  const problems: string[] = [];
  const records = await readRecords(target, (problem) => problems.push(problem));
  const chosen = which === 'all' ? records : records.slice(-1);
  if (chosen.length === 0) problems.push('there is no complete backup');
  for (const record of chosen) {
    const onBytes = (bytes: number) => onProgress(`${record.id}: ${bytes} of ${record.bytes} bytes`);
    await note(problems, () => readBackup(target, { record, onProgress: onBytes }));
  }
  const archive = await WalArchive.look(target);
  const segments = new Set<string>();
  for (const record of chosen) await note(problems, () => verifyLog(archive, { record, segments, onProgress }));
  return { backups: chosen.map(({ id }) => id), segments: segments.size, problems };
}

/** Each segment once, whatever number of backups it continues. */
async function verifyLog(
  archive: WalArchive,
  options: { record: BackupRecord; segments: Set<string>; onProgress: (text: string) => void },
): Promise<void> {
  const { record, segments, onProgress } = options;
  const plan = archive.planFor(record);
  const fresh = plan.segments.filter(({ timeline, segment }) => !segments.has(`${timeline}/${segment}`));
  const read = (index: number) => {
    const planned = fresh[index];
    if (!planned) throw new Error(`the plan has no segment ${index}`);
    segments.add(`${planned.timeline}/${planned.segment}`);
    return archive.read(planned, record.segmentBytes);
  };
  for await (const _ of inOrder(fresh.length, read)) onProgress(`${segments.size} segments of the log`);
  if (!plan.hole) return;
  const [from, until] = [formatLsn(plan.hole.from), formatLsn(plan.hole.until)];
  throw new UserError(`backup ${record.id} is continued up to a hole in the log, from ${from} to ${until}`);
}

async function note(problems: string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    problems.push(error.message);
  }
}
