import { UserError } from '@loyalnest/dev/errors';
import type { BackupRecord } from '../base/backup-record.ts';
import type { WalPlan } from '../wal/wal-plan.ts';

/** The newest backup, or the newest that was complete at a moment. */
export function chooseBackup(records: readonly BackupRecord[], to: Date | undefined): BackupRecord {
  const [oldest] = records;
  if (!oldest) throw new UserError('there is no complete backup');
  const chosen = records.findLast(({ endedAt }) => to === undefined || endedAt <= to);
  if (chosen) return chosen;
  throw new UserError(`the oldest backup is from ${oldest.endedAt.toISOString()}; --to must be later`);
}

/** Refuses a moment that the log does not reach: what happened between its end and that moment would silently be missing. */
export function assertReaches(options: {
  to: Date;
  record: BackupRecord;
  plan: WalPlan;
  coverage: { until: Date; lsn: bigint } | undefined;
}): void {
  const { to, record, plan, coverage } = options;
  // What is covered lies behind a hole, or belongs to a later copy of the database: then it says nothing about this backup.
  const isCovered = coverage !== undefined && coverage.lsn <= plan.until && coverage.until > record.endedAt;
  const until = isCovered ? coverage.until : record.endedAt;
  if (to <= until) return;
  throw new UserError(
    `the backup and its log are known to be complete until ${until.toISOString()}; --to must not be later (without --to everything there is comes back)`,
  );
}
