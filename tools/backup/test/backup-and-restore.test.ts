import { describe, expect, it } from 'vitest';
import { takeBackup } from '../src/base/take-backup.ts';
import { folderTarget } from '../src/target/folder-target.ts';
import { SealedTarget } from '../src/target/sealed-target.ts';
import { verifyBackups } from '../src/verify-backups.ts';
import { aFolder, aKey, aServer, countOrders, placeOrders, type TestServer } from './support/a-server.ts';
import { aStream, untilCovered, untilStored } from './support/a-stream.ts';
import { restored } from './support/restoring.ts';

const timeout = 180_000;

function aTarget(): SealedTarget {
  return new SealedTarget(folderTarget(aFolder()), aKey());
}

const backup = (server: TestServer, target: SealedTarget) =>
  takeBackup({ databaseUrl: server.url, target, masterKeys: {} });

describe('a backup', { timeout }, () => {
  it('brings back what was there when it ended, and its roles', async () => {
    const server = await aServer();
    await placeOrders(server, 1, 1_000);
    await server.query(`create role loyalnest_points login password 'secret'`);
    const target = aTarget();
    const record = await backup(server, target);
    await placeOrders(server, 1_001, 1_100);

    const copy = await restored(target);
    expect(await countOrders(copy)).toBe(1_000);
    expect(await copy.query(`select from pg_roles where rolname = 'loyalnest_points'`)).toHaveLength(1);
    expect(record.files).toBeGreaterThan(500);
    expect(record.storedBytes).toBeLessThan(record.bytes / 2);
    await placeOrders(copy, 2_000, 2_100);
  });

  it('comes back with everything that was streamed, from whole segments and from parts', async () => {
    const server = await aServer();
    const target = aTarget();
    const stream = aStream(server, target);
    await backup(server, target);
    for (let batch = 0; batch < 4; batch += 1) {
      await placeOrders(server, batch * 100_000, batch * 100_000 + 99_999);
      await untilStored(server);
    }
    await placeOrders(server, 900_000, 900_009);
    await untilStored(server);
    await server.kill();
    await stream.stop().catch(() => undefined);

    const names = (await target.list('wal/')).map(({ name }) => name.length);
    expect(new Set(names)).toEqual(new Set(['wal/'.length + 24, 'wal/'.length + 24 + 18]));
    const verified = await verifyBackups(target, { which: 'all', onProgress: () => undefined });
    expect(verified).toMatchObject({ problems: [], segments: expect.toSatisfy((count: number) => count >= 4) });
    expect(await countOrders(await restored(target))).toBe(400_010);
  });

  it('comes back as of a moment', async () => {
    const server = await aServer();
    const target = aTarget();
    aStream(server, target);
    await backup(server, target);
    await placeOrders(server, 1, 10);
    const [row] = await server.query<{ now: Date }>('select clock_timestamp() as now');
    const moment = new Date((row?.now.getTime() ?? 0) + 1);
    await server.query('select pg_sleep(0.05)');
    await placeOrders(server, 11, 20);
    await untilStored(server);
    await untilCovered(target, moment);
    expect(await countOrders(await restored(target, moment))).toBe(10);
  });

  it('comes back as of a moment after which nothing happened', async () => {
    const server = await aServer();
    const target = aTarget();
    const stream = aStream(server, target);
    await backup(server, target);
    await placeOrders(server, 1, 10);
    const [row] = await server.query<{ now: Date }>('select clock_timestamp() as now');
    // A Date has no microseconds: what was committed in the same millisecond would come after it.
    const moment = new Date((row?.now ?? new Date()).getTime() + 1);
    await untilCovered(target, moment);
    await stream.stop();
    expect(await countOrders(await restored(target, moment))).toBe(10);
  });

  it('does not pretend to come back as of a moment that its log does not reach', async () => {
    const server = await aServer();
    const target = aTarget();
    const { startedAt, endedAt } = await backup(server, target);
    await expect(restored(target, new Date(endedAt.getTime() + 60_000))).rejects.toThrow(
      `complete until ${endedAt.toISOString()}; --to must not be later`,
    );
    await expect(restored(target, new Date(startedAt.getTime() - 60_000))).rejects.toThrow('--to must be later');
  });

  it('goes on in the same target after a restore, and comes back along both timelines', async () => {
    const server = await aServer();
    const target = aTarget();
    const first = aStream(server, target);
    await backup(server, target);
    await placeOrders(server, 1, 10);
    await untilStored(server);
    await first.stop();
    await server.kill();

    const second = await restored(target);
    const stream = aStream(second, target);
    await placeOrders(second, 11, 20);
    await untilStored(second);
    await stream.stop();
    await second.kill();

    const third = await restored(target);
    expect(await countOrders(third)).toBe(20);
    const [row] = await third.query<{ timeline: number }>(
      'select timeline_id as timeline from pg_control_checkpoint()',
    );
    expect(row?.timeline).toBe(3);
  });

  it('can be taken while another process writes as fast as it can', async () => {
    const server = await aServer();
    const target = aTarget();
    const stream = aStream(server, target);
    let last = 0;
    let isWriting = true;
    const writing = (async () => {
      while (isWriting) {
        await placeOrders(server, last + 1, last + 500);
        last += 500;
      }
    })();
    await backup(server, target);
    isWriting = false;
    await writing;
    await untilStored(server);
    await stream.stop();
    expect(await countOrders(await restored(target))).toBe(last);
  });
});
