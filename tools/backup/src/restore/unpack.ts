import { readBackup, inOrder } from '../base/read-backup.ts';
import type { BackupRecord } from '../base/backup-record.ts';
import { hex8, segmentFileName } from '../postgres/lsn.ts';
import type { SealedTarget } from '../target/sealed-target.ts';
import type { WalArchive } from '../wal/wal-archive.ts';
import type { WalPlan } from '../wal/wal-plan.ts';
import type { DataFolderWriter } from './data-folder-writer.ts';

export type UnpackOptions = {
  target: SealedTarget;
  record: BackupRecord;
  archive: WalArchive;
  plan: WalPlan;
  writer: DataFolderWriter;
  onProgress: (text: string) => void;
};

/**
 * Writes a backup and the log that continues it into a new data folder, which PostgreSQL recovers from when it starts. Each
 * byte is proved before it is written.
 */
export async function unpack({ target, record, archive, plan, writer, onProgress }: UnpackOptions): Promise<void> {
  await readBackup(target, {
    record,
    listener: writer,
    onProgress: (bytes) => onProgress(`${megabytes(bytes)} of ${megabytes(record.bytes)} MB`),
  });
  const { segments, timelines } = plan;
  let done = 0;
  for await (const file of inOrder(segments.length, (index) => readSegment(archive, plan, { index, record }))) {
    const planned = segments[done];
    if (planned)
      writer.write(`pg_wal/${segmentFileName(planned.timeline, planned.segment, record.segmentBytes)}`, file);
    done += 1;
    onProgress(`${done} of ${segments.length} segments of the log`);
  }
  for (const timeline of timelines) {
    const history = archive.history(timeline);
    if (history) writer.write(`pg_wal/${hex8(timeline)}.history`, history);
  }
  writer.write('recovery.signal', Buffer.alloc(0));
}

function readSegment(
  archive: WalArchive,
  { segments }: WalPlan,
  { index, record }: { index: number; record: BackupRecord },
): Promise<Buffer> {
  const planned = segments[index];
  if (!planned) throw new Error(`the plan has no segment ${index}`);
  return archive.read(planned, record.segmentBytes);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1_000_000);
}
