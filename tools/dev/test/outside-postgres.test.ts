import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@loyalnest/platform/testing/ports';
import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import type { Status } from '../src/status.ts';
import { runCli } from './run-cli.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

/** Debian's PostgreSQL 15, the oldest that is supported. */
const programs = '/usr/lib/postgresql/15/bin';
const isHere = existsSync(join(programs, 'postgres'));

/** As root, PostgreSQL runs as nobody, as ours does. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
const options = { ...account, cwd: '/', env: { LC_ALL: 'C', PATH: process.env['PATH'] } };

/** A server with one empty database, and the address of its owner, who may make roles and is no superuser. */
async function anOutsidePostgres(folder: string): Promise<string> {
  const dataDir = join(folder, 'outside');
  mkdirSync(dataDir);
  if (account) chownSync(dataDir, account.uid, account.gid);
  const init = ['-D', dataDir, '-U', 'admin', '--auth=trust', '--no-sync', '--encoding=UTF8'];
  execFileSync(join(programs, 'initdb'), init, { ...options, stdio: 'ignore' });
  const port = await freePort();
  const settings = ['-c', 'fsync=off', '-c', `port=${port}`, '-c', 'unix_socket_directories='];
  const child = spawn(join(programs, 'postgres'), ['-D', dataDir, ...settings], { ...options, stdio: 'ignore' });
  const exited = new Promise((settle) => child.once('exit', settle));
  onTestFinished(async () => {
    child.kill('SIGQUIT');
    await exited;
  });
  const asAdmin = async (statement: string) => {
    const client = new pg.Client({ connectionString: `postgres://admin@127.0.0.1:${port}/postgres` });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await expect.poll(() => asAdmin('select 1').then(() => 'ready', String), { timeout: 30_000 }).toBe('ready');
  await asAdmin(`create role shopkeeper login createrole password 'of-the-test'`);
  await asAdmin('create database loyalty owner shopkeeper');
  return `postgres://shopkeeper:of-the-test@127.0.0.1:${port}/loyalty`;
}

it.runIf(isHere)(
  'the whole runs on a PostgreSQL 15 that is not ours, for an owner who is no superuser',
  async () => {
    const instance = await aTemporaryInstance();
    const env = { DATABASE_URL: await anOutsidePostgres(instance.home) };
    onTestFinished(async () => void (await runCli(['down'], { instance, env })));
    expect(await runCli(['up', '--detach'], { instance, env })).toMatchObject({ exitCode: 0, stderr: '' });

    const { parts } = JSON.parse((await runCli(['status', '--json'], { instance, env })).stdout) as Status;
    expect(parts.map(({ name, state }) => [name, state])).toEqual([
      ['postgres', 'healthy'],
      ['simulator', 'healthy'],
      ['server', 'healthy'],
    ]);
    expect(parts[0]?.version).toMatch(/^15\./);
    expect(existsSync(instance.paths.postgres)).toBe(false);

    const proof = await runCli(['verify-ledger', '--json'], { instance, env });
    const { ok, checked } = JSON.parse(proof.stdout) as { ok: boolean; checked: { orders: number } };
    expect({ ok, orders: checked.orders }).toEqual({ ok: true, orders: 787 });
  },
  300_000,
);
