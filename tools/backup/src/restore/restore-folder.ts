import { existsSync, rmSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { chooseAccount, type Account } from '@loyalnest/platform/database/embedded/account';
import { findBinaries } from '@loyalnest/platform/database/embedded/binaries';
import { readRecords, type BackupRecord } from '../base/backup-record.ts';
import { formatLsn } from '../postgres/lsn.ts';
import type { SealedTarget } from '../target/sealed-target.ts';
import { readCoverage } from '../wal/coverage.ts';
import { WalArchive } from '../wal/wal-archive.ts';
import type { WalPlan } from '../wal/wal-plan.ts';
import { assertReaches, chooseBackup } from './choose-backup.ts';
import { DataFolderWriter } from './data-folder-writer.ts';
import { unpack } from './unpack.ts';

export type Unpacked = {
  record: BackupRecord;
  plan: WalPlan;
  account: Account;
  /** What could not be used of the target, in words; an older backup took its place. */
  damaged: string[];
};

/** Fetches a backup and its log into a folder that must not exist yet. Leaves nothing when that fails. */
export async function restoreFolder(options: {
  target: SealedTarget;
  dataDir: string;
  /** Whose owner the files get: the folder that this one replaces, or that it will be moved to. */
  ownedLike: string;
  to: Date | undefined;
  onProgress: (text: string) => void;
}): Promise<Unpacked> {
  const { target, dataDir, ownedLike, to, onProgress } = options;
  if (existsSync(dataDir)) throw new UserError(`${dataDir} is there already, and nothing is restored over it`);
  const damaged: string[] = [];
  const record = chooseBackup(await readRecords(target, (problem) => damaged.push(problem)), to);
  const archive = await WalArchive.look(target);
  const plan = archive.planFor(record);
  if (to) assertReaches({ to, record, plan, coverage: await readCoverage(target) });
  assertSpace(dataDir, record.bytes + plan.segments.length * record.segmentBytes);
  const account = chooseAccount({ binaries: findBinaries(), dataDir: ownedLike });
  // Fails when somebody else has made the folder meanwhile; from here on it is ours, to remove too.
  const writer = new DataFolderWriter(dataDir, account);
  try {
    await unpack({ target, record, archive, plan, writer, onProgress });
    return { record, plan, account, damaged };
  } catch (error) {
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** What cannot come back with this backup, in words. */
export function describeHole({ hole }: WalPlan): string | undefined {
  if (!hole) return undefined;
  const [from, until] = [formatLsn(hole.from), formatLsn(hole.until)];
  return `the log from ${from} to ${until} is missing, so the database is as it was before that; what came later is lost`;
}

function assertSpace(dataDir: string, needed: number): void {
  const parent = dirname(dataDir);
  if (!existsSync(parent)) throw new UserError(`there is no folder ${parent}`);
  const { bavail, bsize } = statfsSync(parent);
  if (bavail * bsize >= needed) return;
  const megabytes = (bytes: number) => Math.ceil(bytes / 1_000_000);
  throw new UserError(
    `the disk that holds ${parent} has ${megabytes(bavail * bsize)} MB free, and ${megabytes(needed)} MB are needed`,
  );
}
