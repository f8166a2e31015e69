import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRoom, type Room } from '../room.ts';

let room: Room;
let merchantId: number;
beforeAll(async () => {
  room = await openRoom();
  merchantId = await room.install('shop.myshopify.com');
});
afterAll(() => room.close());

describe('the audit log', () => {
  it.each([
    ['change', `update admin_core.audit_logs set actor = 'nobody'`],
    ['delete', 'delete from admin_core.audit_logs'],
    ['empty', 'truncate admin_core.audit_logs'],
  ])('refuses to %s even for its owner', async (_, statement) => {
    await expect(room.rows(statement)).rejects.toThrow(/append-only/);
    expect(await room.rows('select 1 from admin_core.audit_logs where merchant_id = $1', [merchantId])).toHaveLength(1);
  });

  it('has partitions for this month and the next three, once, however often the job runs', async () => {
    const partitions = () =>
      room.rows<{ name: string }>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'admin_core.audit_logs'::regclass order by 1`,
      );
    room.clock.set('2031-11-20T12:00:00Z');
    await room.job('ensure-audit-partitions');
    const names = (await partitions()).map(({ name }) => name);
    for (const month of ['203111', '203112', '203201', '203202'])
      expect(names).toContain(`admin_core.audit_logs_${month}`);
    await room.job('ensure-audit-partitions');
    expect((await partitions()).map(({ name }) => name)).toEqual(names);
    await room.install('future.myshopify.com');
    expect(await room.rows('select 1 from admin_core.audit_logs_203111')).toHaveLength(1);
  });
});
