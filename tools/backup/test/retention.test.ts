import { describe, expect, it } from 'vitest';
import { idOf, writeRecord, type BackupRecord } from '../src/base/backup-record.ts';
import { startOfSegment } from '../src/postgres/lsn.ts';
import { removeOld } from '../src/retention.ts';
import { folderTarget } from '../src/target/folder-target.ts';
import { SealedTarget } from '../src/target/sealed-target.ts';
import { wholeName } from '../src/wal/wal-names.ts';
import { aFolder, aKey } from './support/a-server.ts';

const dayMs = 86_400_000;
const segmentBytes = 16 * 1_024 * 1_024;
const start = new Date('2026-01-01T01:00:00Z');

/** Each night a backup, and ten segments of log until the next. */
async function anArchive(nights: number): Promise<SealedTarget> {
  const target = new SealedTarget(folderTarget(aFolder()), aKey());
  for (let night = 0; night < nights; night += 1) {
    await putBackup(target, night);
    for (let segment = night * 10; segment < night * 10 + 10; segment += 1)
      await target.put(wholeName(1, segment, segmentBytes), Buffer.from('log'));
  }
  return target;
}

async function putBackup(target: SealedTarget, night: number, atNight = night): Promise<void> {
  const startedAt = new Date(start.getTime() + night * dayMs);
  const record: BackupRecord = {
    id: idOf(startedAt),
    systemId: '1',
    serverVersion: '18.4',
    timeline: 1,
    segmentBytes,
    startLsn: startOfSegment(atNight * 10, segmentBytes) + 40n,
    endLsn: startOfSegment(atNight * 10, segmentBytes) + 200n,
    startedAt,
    endedAt: startedAt,
    pieces: 1,
    files: 1,
    bytes: 4,
    storedBytes: 4,
    masterKeys: {},
  };
  await target.put(`base/${record.id}/data.000000`, Buffer.from('data'));
  await writeRecord(target, record);
}

async function names(target: SealedTarget, prefix: string): Promise<string[]> {
  return (await target.list(prefix)).map(({ name }) => name);
}

const after = (days: number) => new Date(start.getTime() + days * dayMs);

describe('retention', () => {
  it('removes nothing in the first 90 days', async () => {
    const target = await anArchive(5);
    expect(await removeOld(target, after(90))).toEqual({ backups: [], unfinished: [], logObjects: 0 });
    expect(await names(target, '')).toHaveLength(5 * 12);
  });

  it('then removes each backup on its day, and the log that only it needed', async () => {
    const target = await anArchive(5);
    const removed = await removeOld(target, after(91.5));
    expect(removed).toEqual({ backups: ['20260101T010000Z', '20260102T010000Z'], unfinished: [], logObjects: 20 });
    expect(await names(target, 'base/2026010')).toHaveLength(3 * 2);
    expect((await names(target, 'wal/'))[0]).toBe(wholeName(1, 20, segmentBytes));
    expect(await removeOld(target, after(91.5))).toEqual({ backups: [], unfinished: [], logObjects: 0 });
  });

  it('never removes the last backup, nor the log behind it, however old', async () => {
    const target = await anArchive(3);
    await removeOld(target, after(1_000));
    expect(await names(target, 'base/')).toEqual(
      ['backup.json', 'data.000000'].map((name) => `base/20260103T010000Z/${name}`),
    );
    expect(await names(target, 'wal/')).toHaveLength(10);
  });

  it('keeps the log of a backup that was taken after going back to an earlier position', async () => {
    const target = await anArchive(3);
    await putBackup(target, 3, 1);
    expect((await removeOld(target, after(92.5))).backups).toEqual([
      '20260101T010000Z',
      '20260102T010000Z',
      '20260103T010000Z',
    ]);
    expect((await names(target, 'wal/'))[0]).toBe(wholeName(1, 10, segmentBytes));
  });

  it('removes what an interrupted backup left, a day later, and leaves alone what is not ours', async () => {
    const target = await anArchive(1);
    await target.put('base/20260103T010000Z/data.000000', Buffer.from('half'));
    await target.put('base/notes/mine', Buffer.from('not ours'));
    expect((await removeOld(target, after(2.5))).unfinished).toEqual([]);
    expect((await removeOld(target, after(3.1))).unfinished).toEqual(['20260103T010000Z']);
    expect(await names(target, 'base/')).toHaveLength(3);
  });
});
