import { Code } from '@connectrpc/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aShop, openRoom, type Room } from '../room.ts';

let room: Room;
beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const eventsOf = async (merchantId: number) => (await room.events()).filter(({ key }) => key === String(merchantId));

describe('installing a merchant', () => {
  it('makes the shop a merchant, tells it once and writes it down', async () => {
    const first = await room.admin.installMerchant({ ...aShop, shopDomain: 'first.myshopify.com' });
    expect(first.isNew).toBe(true);
    const merchantId = Number(first.merchantId);
    expect(await eventsOf(merchantId)).toEqual([
      {
        type: 'merchant.installed.v1',
        key: String(merchantId),
        payload: {
          merchantId,
          shopDomain: 'first.myshopify.com',
          currency: 'EUR',
          timezone: 'Europe/Berlin',
          isInstalled: true,
        },
      },
    ]);
    expect(
      await room.rows('select actor, action, subject from admin_core.audit_logs where merchant_id = $1', [merchantId]),
    ).toEqual([{ actor: 'shopify', action: 'merchant.installed', subject: `merchant/${merchantId}` }]);
  });

  it('does nothing the second time', async () => {
    const merchantId = await room.install('second.myshopify.com');
    const again = await room.admin.installMerchant({ ...aShop, shopDomain: 'second.myshopify.com' });
    expect(again).toMatchObject({ merchantId: BigInt(merchantId), isNew: false });
    expect(await eventsOf(merchantId)).toHaveLength(1);
  });

  it('makes one merchant of one shop when calls come at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => room.admin.installMerchant({ ...aShop, shopDomain: 'race.myshopify.com' })),
    );
    expect(new Set(answers.map(({ merchantId }) => merchantId)).size).toBe(1);
    expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await eventsOf(Number(answers[0]?.merchantId))).toHaveLength(1);
  });

  it('tells of another currency or time zone, not of another name', async () => {
    const merchantId = await room.install('changes.myshopify.com');
    await room.admin.installMerchant({ ...aShop, shopDomain: 'changes.myshopify.com', name: 'Renamed' });
    expect(await eventsOf(merchantId)).toHaveLength(1);
    await room.admin.installMerchant({ ...aShop, shopDomain: 'changes.myshopify.com', currency: 'JPY' });
    expect((await eventsOf(merchantId)).at(-1)).toMatchObject({
      type: 'merchant.updated.v1',
      payload: { currency: 'JPY' },
    });
  });

  it.each([
    ['shopDomain', 'example.com'],
    ['shopDomain', 'Example.myshopify.com'],
    ['currency', 'XXQ'],
    ['timezone', 'Mars/Olympus'],
    ['name', 'x'.repeat(256)],
  ])('refuses %s %j and names the field', async (field, value) => {
    const call = room.admin.installMerchant({ ...aShop, shopDomain: 'refused.myshopify.com', [field]: value });
    await expect(call).rejects.toMatchObject({ code: Code.InvalidArgument, message: expect.stringContaining(field) });
  });
});

describe('merchants in pages', () => {
  it('come in the order of their ids, each once', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await room.install(`${name}.myshopify.com`);
    const seen: bigint[] = [];
    for (let after = 0n; ;) {
      const { merchants } = await room.admin.getMerchants({ afterMerchantId: after, limit: 2 });
      seen.push(...merchants.map(({ merchantId }) => merchantId));
      const last = merchants.at(-1);
      if (!last) break;
      after = last.merchantId;
    }
    const [count] = await room.rows<{ count: number }>('select count(*)::int from admin_core.merchants');
    expect(new Set(seen).size).toBe(count?.count);
    expect(seen).toEqual([...seen].sort((a, b) => Number(a - b)));
  });

  it.each([0, 251, -1])('are refused for a limit of %i', async (limit) => {
    await expect(room.admin.getMerchants({ limit })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});
