import { mkdtempSync, chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  productionSettings,
  sharedBuffersFor,
  startEmbeddedPostgres,
  throwawaySettings,
  type EmbeddedPostgres,
} from '../../src/database/embedded.ts';
import { isAlive } from '../../src/database/embedded/processes.ts';
import { freePort } from '../../src/testing/ports.ts';

let folder: string;
let dataDir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-embedded-'));
  chmodSync(folder, 0o755);
  dataDir = join(folder, 'postgres');
});

afterEach(async () => {
  for (const postgres of running.splice(0)) await postgres.stop();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const running: EmbeddedPostgres[] = [];

async function start(settings = throwawaySettings): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, port: await freePort(), settings });
  running.push(postgres);
  return postgres;
}

async function query(postgres: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('embedded PostgreSQL', () => {
  it('keeps its data when it is stopped and started again', async () => {
    const first = await start();
    await query(first, `create table kept as select 42 as answer`);
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();
    expect(await query(second, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('keeps pages in a sixteenth of the memory, within bounds', async () => {
    const gigabyte = 2 ** 30;
    expect([1, 4, 8, 16, 24, 512].map((memory) => sharedBuffersFor(memory * gigabyte))).toEqual([
      '128MB',
      '256MB',
      '512MB',
      '1024MB',
      '1024MB',
      '1024MB',
    ]);
    const asked = productionSettings['shared_buffers']!;
    const postgres = await start({ ...throwawaySettings, shared_buffers: asked });
    expect(await query(postgres, `select pg_size_bytes(current_setting('shared_buffers')) as bytes`)).toEqual([
      { bytes: String(Number.parseInt(asked, 10) * 2 ** 20) },
    ]);
  });

  it('adds to its log by small segments', async () => {
    const postgres = await start();
    expect(await query(postgres, `show wal_segment_size`)).toEqual([{ wal_segment_size: '1MB' }]);
  });

  it('keeps the password of the owner to itself', async () => {
    expect(statSync(join(dataDir, 'owner-password')).mode & 0o777).toBe(0o600);
    const postgres = await start();
    const url = new URL(postgres.ownerUrl);
    url.password = 'a guess';
    const client = new pg.Client({ connectionString: url.toString() });
    await expect(client.connect()).rejects.toThrow(/password authentication failed/);
  });

  it('compares by bytes and still knows the case of letters outside ASCII', async () => {
    const postgres = await start();
    const rows = await query(
      postgres,
      `select lower('ÄÉ') as lower, 'a' < 'B' as alphabetical, current_setting('server_encoding') as encoding`,
    );
    expect(rows).toEqual([{ lower: 'äé', alphabetical: false, encoding: 'UTF8' }]);
  });

  it('recovers when it was killed', async () => {
    const first = await start({});
    await query(first, `create table survived as select 1 as one`);
    process.kill(first.pid, 'SIGKILL');
    await first.exited;

    const second = await start();
    expect(await query(second, 'select one from survived')).toEqual([{ one: 1 }]);
  });

  it('starts when the process id it left behind belongs to another program now', async () => {
    writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`);
    await expect(start()).resolves.toMatchObject({ version: expect.any(String) as string });
  });

  it('refuses a second server on the same folder', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ problem: 'already-running' });
  });

  it('names the port that is taken', async () => {
    const taken = createServer();
    const port = await freePort();
    await new Promise<void>((settle) => taken.listen({ port, host: '127.0.0.1' }, settle));
    await expect(startEmbeddedPostgres({ dataDir, port })).rejects.toMatchObject({
      problem: 'port-taken',
      message: `port ${port} is taken`,
    });
    await new Promise((settle) => taken.close(settle));
  });

  it.each([
    { file: 'PG_VERSION', content: '12\n', says: /was made by PostgreSQL 12/ },
    { file: 'PG_VERSION', content: '\0\0', says: /PG_VERSION is missing or damaged/ },
    {
      file: 'postgresql.conf',
      content: '= nonsense',
      says: /PostgreSQL cannot use .*syntax error|PostgreSQL cannot use .*configuration file/,
    },
  ])('says what is wrong when $file is damaged', async ({ file, content, says }) => {
    const path = join(dataDir, file);
    const whole = readFileSync(path);
    writeFileSync(path, content);
    await expect(start()).rejects.toThrow(says);
    writeFileSync(path, whole);
  });

  it('says so when the folder is something else', async () => {
    const other = join(folder, 'other');
    writeFileSync(other, 'a file');
    await expect(startEmbeddedPostgres({ dataDir: other, port: await freePort() })).rejects.toMatchObject({
      name: 'EmbeddedPostgresError',
    });
  });
});
