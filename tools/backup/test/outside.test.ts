import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@loyalnest/platform/testing/ports';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readRecords } from '../src/base/backup-record.ts';
import { takeBackup } from '../src/base/take-backup.ts';
import { recoverySettings } from '../src/restore/recover.ts';
import { restoreFolder } from '../src/restore/restore-folder.ts';
import { folderTarget } from '../src/target/folder-target.ts';
import { SealedTarget } from '../src/target/sealed-target.ts';
import { aFolder, aKey } from './support/a-server.ts';
import { until } from './support/a-stream.ts';

/** Debian's PostgreSQL 15, the oldest that is supported, with the programs that ours stand in for. */
const programs = '/usr/lib/postgresql/15/bin';
const isHere = existsSync(join(programs, 'postgres'));

/** As root, PostgreSQL runs as nobody, as ours does. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
const options = { ...account, cwd: '/', env: { LC_ALL: 'C', PATH: process.env['PATH'] } };

function runProgram(name: string, args: string[]): string {
  return execFileSync(join(programs, name), args, { ...options, encoding: 'utf8' });
}

async function serve(dataDir: string): Promise<pg.Pool> {
  const port = await freePort();
  const settings = ['-c', 'fsync=off', '-c', `port=${port}`, '-c', 'unix_socket_directories='];
  const child = spawn(join(programs, 'postgres'), ['-D', dataDir, ...settings], { ...options, stdio: 'ignore' });
  const pool = new pg.Pool({ connectionString: `postgres://owner@127.0.0.1:${port}/postgres`, max: 1 });
  pool.on('error', () => undefined);
  const exited = new Promise((settle) => child.once('exit', settle));
  onTestFinished(async () => {
    await pool.end();
    child.kill('SIGQUIT');
    await exited;
  });
  await until(() =>
    pool.query('select where not pg_is_in_recovery()').then(
      ({ rowCount }) => rowCount === 1,
      () => false,
    ),
  );
  return pool;
}

describe('an outside PostgreSQL 15', { timeout: 120_000 }, () => {
  it.runIf(isHere)(
    'is backed up by a role that may only copy, and the copy satisfies its own pg_verifybackup',
    async () => {
      const folder = aFolder();
      const dataDir = join(folder, 'original');
      mkdirSync(dataDir);
      if (account) chownSync(dataDir, account.uid, account.gid);
      runProgram('initdb', ['-D', dataDir, '-U', 'owner', '--auth=trust', '--no-sync']);
      const original = await serve(dataDir);
      await original.query('create table orders as select generate_series(1, 1000) as id');
      await original.query('create role copier login replication');
      const target = new SealedTarget(folderTarget(join(folder, 'target')), aKey());
      const databaseUrl = `postgres://copier@127.0.0.1:${String(original.options.connectionString).split(':').at(-1)}`;
      await takeBackup({ databaseUrl, target, masterKeys: {} });

      const copyDir = join(folder, 'copy');
      await restoreFolder({ target, dataDir: copyDir, ownedLike: copyDir, to: undefined, onProgress: () => undefined });
      const [record] = await readRecords(target);
      const manifest = await target.get(`base/${record?.id}/manifest.000`);
      writeFileSync(join(folder, 'manifest'), manifest);
      const ours = ['recovery.signal', 'pg_wal'].flatMap((name) => ['-i', name]);
      const said = runProgram('pg_verifybackup', ['-n', '-m', join(folder, 'manifest'), ...ours, copyDir]);
      expect(said).toContain('backup successfully verified');

      const lines = Object.entries(recoverySettings(undefined)).map(([name, value]) => `${name} = '${value}'\n`);
      writeFileSync(join(copyDir, 'postgresql.auto.conf'), lines.join(''), { flag: 'a' });
      const copy = await serve(copyDir);
      expect((await copy.query('select from orders')).rowCount).toBe(1_000);
    },
  );
});
