import { UserError } from '@loyalnest/dev/errors';
import { z } from 'zod';
import { formatLsn, parseLsn } from '../postgres/lsn.ts';
import type { SealedTarget } from '../target/sealed-target.ts';

const lsn = z.codec(z.string(), z.bigint(), { decode: parseLsn, encode: formatLsn });
const moment = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const recordSchema = z.object({
  /** When it began, as a name that sorts. */
  id: z.string().regex(/^\d{8}T\d{6}Z$/),
  systemId: z.string(),
  serverVersion: z.string(),
  timeline: z.number().int(),
  segmentBytes: z.number().int(),
  /** Where the write-ahead log is read from; what lies between the two is in the backup itself. */
  startLsn: lsn,
  endLsn: lsn,
  /** By the clock of the database server. From the end on it can be restored to any moment. */
  startedAt: moment,
  endedAt: moment,
  pieces: z.number().int(),
  files: z.number().int(),
  bytes: z.number().int(),
  storedBytes: z.number().int(),
  /** Of the master key's versions that personal data may be encrypted with; enough to know the file by, not to use it. */
  masterKeys: z.record(z.string(), z.string()),
});

/** A backup that is complete: the record is stored last. */
export type BackupRecord = z.infer<typeof recordSchema>;

export const basePrefix = 'base/';

export function pieceName(id: string, piece: number): string {
  return `${basePrefix}${id}/data.${String(piece).padStart(6, '0')}`;
}

export function manifestName(id: string, piece: number): string {
  return `${basePrefix}${id}/manifest.${String(piece).padStart(3, '0')}`;
}

function recordName(id: string): string {
  return `${basePrefix}${id}/backup.json`;
}

export function idOf(startedAt: Date): string {
  return startedAt.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

export async function writeRecord(target: SealedTarget, record: BackupRecord): Promise<void> {
  await target.put(recordName(record.id), Buffer.from(JSON.stringify(z.encode(recordSchema, record))));
}

/** The complete backups, oldest first. One whose record is damaged is told to `onDamaged`; without that it throws. */
export async function readRecords(
  target: SealedTarget,
  onDamaged?: (problem: string) => void,
): Promise<BackupRecord[]> {
  const objects = await target.list(basePrefix);
  const names = objects.map(({ name }) => name).filter((name) => name.endsWith('/backup.json'));
  const records: BackupRecord[] = [];
  for (const name of names) {
    try {
      records.push(z.decode(recordSchema, JSON.parse((await target.get(name)).toString('utf8'))));
    } catch (error) {
      if (!onDamaged || !(error instanceof UserError)) throw error;
      onDamaged(error.message);
    }
  }
  return records;
}
