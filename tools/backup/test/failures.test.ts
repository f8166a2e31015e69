import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findInstance } from '@loyalnest/dev/instance';
import { describe, expect, it, onTestFinished } from 'vitest';
import { takeBackup } from '../src/base/take-backup.ts';
import { restoreInstance } from '../src/restore/restore-instance.ts';
import { folderTarget } from '../src/target/folder-target.ts';
import { s3Target } from '../src/target/s3-target.ts';
import { SealedTarget } from '../src/target/sealed-target.ts';
import { verifyBackups } from '../src/verify-backups.ts';
import { aFolder, aKey, aServer, countOrders, placeOrders, serve, type TestServer } from './support/a-server.ts';
import { aStream, until, untilStored } from './support/a-stream.ts';
import { restored } from './support/restoring.ts';
import { aStrictS3, strictS3Place } from './support/strict-s3.ts';

const timeout = 180_000;

const backup = (server: TestServer, target: SealedTarget) =>
  takeBackup({ databaseUrl: server.url, target, masterKeys: {} });

const onProgress = () => undefined;

/** As root alone a disk of a few megabytes can be had. */
const isRoot = process.getuid?.() === 0 && process.platform === 'linux';

function aSmallDisk(megabytes: number): string {
  const folder = aFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

describe('a backup that cannot be finished', { timeout }, () => {
  it.runIf(isRoot)('says that the disk of the target is full, and leaves nothing there', async () => {
    const server = await aServer();
    const folder = aSmallDisk(3);
    const target = new SealedTarget(folderTarget(folder), aKey());
    await expect(backup(server, target)).rejects.toThrow(`the disk that holds ${folder} is full`);
    expect(readdirSync(folder, { recursive: true }).filter((name) => String(name).startsWith('base/'))).toEqual([]);
  });

  it('says that the target went away, and is no backup when that is back', async () => {
    const server = await aServer();
    const strict = await aStrictS3();
    const target = new SealedTarget(s3Target({ ...strict, ...strictS3Place, prefix: '' }), aKey());
    strict.failAfterPuts(2);
    await expect(backup(server, target)).rejects.toThrow(/s3:\/\/backups\/ at .* cannot be used: ECONNREFUSED/);
    await strict.start();
    await expect(restored(target)).rejects.toThrow('there is no complete backup');
    await backup(server, target);
    expect(await verifyBackups(target, { which: 'all', onProgress })).toMatchObject({ problems: [] });
  });

  it('lets only one of two be taken at once', async () => {
    const server = await aServer();
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    const outcomes = await Promise.allSettled([backup(server, target), backup(server, target)]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const [refused] = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      message: expect.stringContaining('another backup of this database is under way'),
    });
    expect(await verifyBackups(target, { which: 'all', onProgress })).toMatchObject({ problems: [] });
  });

  it('says what a role needs that may not copy the server', async () => {
    const server = await aServer();
    await server.query(`create role plain login password 'plain'`);
    const url = new URL(server.url);
    [url.username, url.password] = ['plain', 'plain'];
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    const refused = takeBackup({ databaseUrl: url.toString(), target, masterKeys: {} });
    await expect(refused).rejects.toThrow(/may not copy it: .*; alter role … replication/);
  });

  it('does not mix two databases in one target', async () => {
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    await backup(await aServer(), target);
    await expect(backup(await aServer(), target)).rejects.toThrow('holds the backups of another database');
  });
});

describe('a stream', { timeout }, () => {
  it('loses nothing while the target is away: the server keeps the log, and the stream goes on by itself', async () => {
    const server = await aServer();
    const strict = await aStrictS3();
    const target = new SealedTarget(s3Target({ ...strict, ...strictS3Place, prefix: 'production/' }), aKey());
    const stream = aStream(server, target);
    await backup(server, target);
    await placeOrders(server, 1, 10);
    await untilStored(server);

    await strict.stop();
    await placeOrders(server, 11, 200_000);
    await until(() => stream.lines.some((line) => line.includes('the database server keeps the log until it is back')));
    await strict.start();
    await untilStored(server);
    expect(stream.lines.at(-1)).toContain('is back; nothing is missing');
    await stream.stop();
    expect(await countOrders(await restored(target))).toBe(200_000);
  });

  it('goes on when the server was killed and started again', async () => {
    const server = await aServer();
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    const stream = aStream(server, target);
    await backup(server, target);
    await untilStored(server);
    const [backend] = await server.query<{ pid: number }>('select pid from pg_stat_replication');
    await server.query('select pg_terminate_backend($1)', [backend?.pid]);
    await placeOrders(server, 1, 10);
    await untilStored(server);
    await stream.stop();
    expect(await countOrders(await restored(target))).toBe(10);
  });

  it('is one per server: a second one gives up and says so', async () => {
    const server = await aServer();
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    aStream(server, target);
    await untilStored(server);
    await expect(aStream(server, target).ended).rejects.toThrow('somebody streams the log of the PostgreSQL at');
  });

  it('says when the server could not keep the log, and that a new backup is needed', async () => {
    // Three segments, where eight come.
    const server = await aServer({ max_slot_wal_keep_size: '3MB' });
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    await backup(server, target);
    const stream = aStream(server, target);
    await placeOrders(server, 1, 10);
    await untilStored(server);
    await stream.stop();
    await placeOrders(server, 11, 20);
    for (let round = 0; round < 8; round += 1) {
      await server.query('update orders set note = note');
      await server.query('select pg_switch_wal()');
    }
    await server.query('checkpoint');

    const again = aStream(server, target);
    await placeOrders(server, 21, 30);
    await untilStored(server);
    await again.stop();
    expect(again.lines[0]).toContain('take a backup now');
    const verified = await verifyBackups(target, { which: 'newest', onProgress });
    expect(verified.problems).toEqual([expect.stringContaining('up to a hole in the log')]);
    expect(await countOrders(await restored(target))).toBe(10);
    await backup(server, target);
    expect((await verifyBackups(target, { which: 'newest', onProgress })).problems).toEqual([]);
    expect(await countOrders(await restored(target))).toBe(30);
  });
});

describe('a restore', { timeout }, () => {
  /** An instance with a data folder that nothing may happen to. */
  function aHome() {
    const instance = findInstance({ LOYALNEST_HOME: aFolder(), LOYALNEST_PORT_BASE: '27000' });
    const { postgres } = instance.paths;
    mkdirSync(postgres);
    writeFileSync(join(postgres, 'precious'), 'data');
    if (isRoot) execFileSync('chown', ['-R', 'nobody', postgres]);
    return instance;
  }

  it('replaces nothing unless told to, and then moves it aside', async () => {
    const server = await aServer();
    await placeOrders(server, 1, 10);
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    await backup(server, target);
    const instance = aHome();
    const options = { instance, target, to: undefined, onProgress };
    await expect(restoreInstance({ ...options, replaces: false })).rejects.toThrow('is there already');
    expect(readdirSync(instance.paths.postgres)).toEqual(['precious']);

    const { replaced } = await restoreInstance({ ...options, replaces: true });
    expect(readFileSync(join(replaced ?? '', 'precious'), 'utf8')).toBe('data');
    expect(await countOrders(await serve(instance.paths.postgres))).toBe(10);
  });

  it.each([
    ['a piece of the backup', 'base/'],
    ['a piece of the log', 'wal/0'],
  ])('overwrites nothing when one bit of %s has changed, and verify finds it', async (_, prefix) => {
    const server = await aServer();
    const folder = aFolder();
    const target = new SealedTarget(folderTarget(folder), aKey());
    const stream = aStream(server, target);
    await backup(server, target);
    await placeOrders(server, 1, 10);
    await untilStored(server);
    await stream.stop();
    const damaged = (await target.list(prefix)).findLast(({ name }) => !name.endsWith('.json'))?.name ?? '';
    const content = readFileSync(join(folder, damaged));
    const at = Math.floor(content.length / 2);
    content[at] = (content[at] ?? 0) ^ 0x10;
    writeFileSync(join(folder, damaged), content);

    const { problems } = await verifyBackups(target, { which: 'all', onProgress });
    expect(problems).toEqual([expect.stringContaining(`${damaged} is damaged`)]);
    const instance = aHome();
    const restoring = restoreInstance({ instance, target, to: undefined, replaces: true, onProgress });
    await expect(restoring).rejects.toThrow('nothing of it is used');
    expect(readdirSync(instance.paths.postgres)).toEqual(['precious']);
    expect(existsSync(`${instance.paths.postgres}.restoring`)).toBe(false);
  });

  it('takes the backup before when the record of the newest is damaged, and comes back all the same', async () => {
    const server = await aServer();
    const folder = aFolder();
    const target = new SealedTarget(folderTarget(folder), aKey());
    const stream = aStream(server, target);
    await backup(server, target);
    await placeOrders(server, 1, 10);
    await server.query('select pg_sleep(1)');
    const { id } = await backup(server, target);
    await untilStored(server);
    await stream.stop();
    writeFileSync(join(folder, 'base', id, 'backup.json'), 'damaged');

    const { problems } = await verifyBackups(target, { which: 'newest', onProgress });
    expect(problems).toEqual([expect.stringContaining(`base/${id}/backup.json is damaged`)]);
    expect(await countOrders(await restored(target))).toBe(10);
  });

  it.runIf(isRoot)('says that its disk has too little room before it begins', async () => {
    const server = await aServer();
    const target = new SealedTarget(folderTarget(aFolder()), aKey());
    await backup(server, target);
    const { restoreFolder } = await import('../src/restore/restore-folder.ts');
    const dataDir = join(aSmallDisk(20), 'postgres');
    const restoring = restoreFolder({ target, dataDir, ownedLike: dataDir, to: undefined, onProgress });
    await expect(restoring).rejects.toThrow(/has \d+ MB free, and \d+ MB are needed/);
    expect(existsSync(dataDir)).toBe(false);
  });
});
