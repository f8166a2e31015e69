import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/database/database.ts';
import { createPool } from '../../src/database/pool.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;
let database: Database;

beforeAll(async () => {
  databases = await cloneDatabase();
  database = new Database(
    createPool({ connectionString: databases.ownerUrl, max: 1, applicationName: 'transaction-test' }),
  );
  await databases.owner.query(
    'create table notes (id int primary key, later int unique deferrable initially deferred)',
  );
});

beforeEach(() => databases.owner.query('truncate notes'));

afterAll(async () => {
  await database.pool.end();
  await databases.close();
});

const insert = 'insert into notes (id, later) values ($1::int, $2::int) returning id';

async function ids(): Promise<number[]> {
  const { rows } = await databases.owner.query<{ id: number }>('select id from notes order by id');
  return rows.map((row) => row.id);
}

describe('a transaction', () => {
  it('writes what its statements wrote, though they were sent before the first was answered', async () => {
    await database.forMerchant(1, (tx) => Promise.all([tx.query(insert, [1, 1]), tx.query(insert, [2, 2])]));
    expect(await ids()).toEqual([1, 2]);
  });

  it('writes nothing when one of the statements sent together fails, and says which error it was', async () => {
    const work = database.forMerchant(1, (tx) =>
      Promise.all([tx.query(insert, [1, 1]), tx.query('select 1 / 0'), tx.query(insert, [3, 3])]),
    );
    await expect(work).rejects.toMatchObject({ code: '22012' });
    expect(await ids()).toEqual([]);
  });

  it('leaves its connection as it found it after a failure', async () => {
    await expect(database.forMerchant(1, (tx) => tx.query('select 1 / 0', [], 'fails'))).rejects.toThrow();
    await database.forMerchant(1, (tx) => tx.query(insert, [4, 4], 'insert-note'));
    await expect(database.forMerchant(1, (tx) => tx.query(insert, [4, 4], 'insert-note'))).rejects.toThrow();
    await database.forMerchant(1, (tx) => tx.query(insert, [5, 5], 'insert-note'));
    expect(await ids()).toEqual([4, 5]);
  });
});

describe('the last statement together with the commit', () => {
  it('is written and answered', async () => {
    const rows = await database.forMerchant(1, (tx) => tx.queryAndCommit(insert, [1, 1], 'insert-last'));
    expect(rows).toEqual([{ id: 1 }]);
    expect(await ids()).toEqual([1]);
  });

  it('leaves nothing of the whole transaction when it fails', async () => {
    const work = database.forMerchant(1, async (tx) => {
      await tx.query(insert, [1, 1]);
      return tx.queryAndCommit('select 1 / $1::int', [0], 'divide-last');
    });
    await expect(work).rejects.toMatchObject({ code: '22012' });
    expect(await ids()).toEqual([]);
  });

  it('leaves nothing when only the commit fails', async () => {
    const work = database.forMerchant(1, async (tx) => {
      await tx.query(insert, [1, 7]);
      return tx.queryAndCommit(insert, [2, 7], 'insert-last');
    });
    await expect(work).rejects.toMatchObject({ code: '23505' });
    expect(await ids()).toEqual([]);
  });
});

describe('what PostgreSQL gives up', () => {
  const takesLong = 'select pg_sleep(5)';
  it.each([
    ['a statement takes too long', "set local statement_timeout = '50ms'", takesLong, 'overloaded'],
    ['a lock is not to be had', "set local lock_timeout = '50ms'", 'lock table notes', 'overloaded'],
    ['it stops for shutdown', 'select 1', "do $$ begin raise sqlstate '57P01'; end $$", 'database-unavailable'],
    ['another server has taken over', 'set transaction read only', 'delete from notes', 'database-unavailable'],
  ])('because %s can be asked again later', async (_, limit, statement, code) => {
    const holder = await databases.owner.connect();
    try {
      await holder.query('begin; lock table notes in access share mode');
      const work = database.forNoMerchant(async (tx) => {
        await tx.query(limit);
        await tx.query(statement);
      });
      await expect(work).rejects.toMatchObject({ code, status: 503, retryAfterSeconds: expect.any(Number) as number });
    } finally {
      await holder.query('rollback');
      holder.release();
    }
  });

  it('because this process stood still in a transaction can be asked again later, on another connection', async () => {
    const work = database.forNoMerchant(async (tx) => {
      await tx.query("set local idle_in_transaction_session_timeout = '50ms'");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      await tx.query('select 1');
    });
    await expect(work).rejects.toMatchObject({ status: 503 });
    await expect(database.forNoMerchant((tx) => tx.query('select 1 as one'))).resolves.toEqual([{ one: 1 }]);
  });

  it('is what it is when asking again helps nobody', async () => {
    await expect(database.forNoMerchant((tx) => tx.query('select 1 / 0'))).rejects.toMatchObject({ code: '22012' });
  });
});
