import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/migrate.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;
let servicesDir: string;
let holder: pg.Client;
const logged: string[] = [];

beforeAll(async () => {
  databases = await cloneDatabase();
});
beforeEach(async () => {
  servicesDir = mkdtempSync(join(tmpdir(), 'loyalnest-migrate-'));
  logged.length = 0;
  mkdirSync(join(servicesDir, 'shelf/migrations'), { recursive: true });
  add('0001_books', 'create table books (id bigint primary key, title text);');
  await run();
  holder = new pg.Client({ connectionString: databases.ownerUrl });
  await holder.connect();
  await holder.query('begin');
});
afterEach(async () => {
  await holder.end();
  await databases.owner.query(`drop schema shelf cascade; delete from loyalnest.migrations where service = 'shelf'`);
  rmSync(servicesDir, { recursive: true });
});
afterAll(() => databases.close());

function add(name: string, text: string): void {
  writeFileSync(join(servicesDir, 'shelf/migrations', `${name}.sql`), `${text}\n`);
}

async function run(): Promise<string[]> {
  const { ownerUrl, roleSecret } = databases;
  const log = (message: string) => void logged.push(message);
  return (await migrate({ ownerUrl, roleSecret, servicesDir, log })).applied;
}

/** Waits until somebody waits for a lock that the holder has. */
async function untilSomebodyWaits(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { rows } = await databases.owner.query(
          `select from pg_locks where not granted and (database is null
             or database = (select oid from pg_database where datname = current_database()))`,
        );
        return rows.length;
      },
      { timeout: 5_000 },
    )
    .toBeGreaterThan(0);
}

const addBook = (id: number) => databases.owner.query('insert into shelf.books (id) values ($1)', [id]);

describe('a migration that somebody stands in the way of', () => {
  it('gives up soon, lets those behind it through, and tries again until it is done', async () => {
    add('0002_year', 'alter table books add column year integer;');
    await holder.query('select from shelf.books');
    const migrated = run();
    await untilSomebodyWaits();
    const startedAt = performance.now();
    await addBook(1);
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await expect.poll(() => logged.join()).toContain('0002_year.sql let others go first');
    await holder.query('commit');
    expect(await migrated).toEqual(['shelf/0002_year.sql']);
    expect(await run()).toEqual([]);
  });

  it('leaves nothing of a try that came half way', async () => {
    add('0002_more', 'create table shelves (id bigint); alter table books add column year integer;');
    await holder.query('select from shelf.books');
    const migrated = run();
    await expect.poll(() => logged.join()).toContain('let others go first');
    await holder.query('commit');
    expect(await migrated).toEqual(['shelf/0002_more.sql']);
  });
});

describe('a migration outside a transaction', () => {
  const outside = '-- Outside a transaction: PostgreSQL builds no index concurrently in one.';

  it('builds an index while others write, though two try to migrate at once', async () => {
    add('0002_index', `${outside}\ncreate index concurrently books_by_title on books (title);`);
    await holder.query('insert into shelf.books (id) values (1)');
    const both = [run(), run()];
    await untilSomebodyWaits();
    await addBook(2);
    await holder.query('commit');
    expect((await Promise.all(both)).flat()).toEqual(['shelf/0002_index.sql']);
  });

  it('whose index stayed incomplete is not done before the index is', async () => {
    const create = 'create unique index concurrently if not exists books_by_title on books (title);';
    add('0002_index', `${outside}\n${create}`);
    await databases.owner.query(`insert into shelf.books values (1, 'one'), (2, 'one')`);
    await expect(run()).rejects.toThrow(/0002_index.sql failed: could not create unique index/);
    await databases.owner.query('delete from shelf.books where id = 2');
    await expect(run()).rejects.toThrow('index books_by_title is not valid');
    add('0002_index', `${outside}\ndrop index concurrently if exists books_by_title;\n${create}`);
    expect(await run()).toEqual(['shelf/0002_index.sql']);
  });
});
