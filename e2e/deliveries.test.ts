import { afterAll, describe, expect, inject, it } from 'vitest';
import { runCommand } from './running.ts';
import { control, Shop, type Order } from './shop.ts';

const running = inject('running');

afterAll(async () => {
  await control(running, 'DELETE', '/faults');
});

type Story = { customers: number[]; balances: number[] };

/** A fixed story of orders, refunds, edits and cancellations by six customers; the same in every shop. */
async function live(shop: Shop, { onBegin }: { onBegin: () => Promise<void> }): Promise<Story> {
  const customers: number[] = [];
  for (let index = 0; index < 6; index += 1) customers.push(await shop.addCustomer());
  await onBegin();
  const orders: Order[] = [];
  for (let index = 0; index < 48; index += 1) {
    const customerId = customers[index % customers.length];
    const lines = [
      { title: 'Vase', price: `${10 + index}.50`, quantity: 1 + (index % 4) },
      { title: 'Bowl', price: '3.33', quantity: 3 },
    ];
    orders.push(
      await shop.order({ customerId, lines, paid: index % 7 !== 0, shipping: index % 3 === 0 ? '4.90' : '0' }),
    );
  }
  for (const [index, order] of orders.entries()) {
    const act = (what: string, facts: unknown) => shop.control('POST', `/orders/${order.id}/${what}`, facts);
    const [vase, bowl] = order.lines;
    if (index % 7 === 0) await act('pay', {});
    if (index % 5 === 0) await act('refund', { lines: [{ lineId: bowl?.id, quantity: 1 }] });
    if (index % 6 === 1) await act('refund', { amount: '4.44' });
    if (index % 8 === 2) {
      await act('edit', { quantities: [{ lineId: vase?.id, quantity: 5 }] });
      await act('pay', {});
    }
    if (index % 8 === 5) await act('edit', { quantities: [{ lineId: bowl?.id, quantity: 1 }] });
    if (index % 9 === 4) await act('cancel', { refund: index % 2 === 0 });
    if (index % 10 === 3) await act('refund', { full: true, force: true });
  }
  return { customers, balances: [] };
}

async function balancesOf(shop: Shop, { customers }: Story): Promise<number[]> {
  return Promise.all(customers.map((customerId) => shop.availableOf(customerId)));
}

describe('deliveries', () => {
  it('that are doubled, reordered and delayed end at the same balances as in order', async () => {
    const calm = await Shop.open(running, 'calm');
    const rough = await Shop.open(running, 'rough');
    const calmly = await live(calm, { onBegin: () => calm.settled() });
    await calm.settled();
    const roughly = await live(rough, {
      onBegin: async () => {
        await rough.settled();
        const deliveries = { duplicate: 0.5, duplicateAs: 'new-id', reorder: 0.5, delayMs: 400 };
        await rough.control('PUT', '/faults', { deliveries });
      },
    });
    await rough.settled();
    const expected = await balancesOf(calm, calmly);
    expect(expected.every((points) => points > 0)).toBe(true);
    expect(await balancesOf(rough, roughly)).toEqual(expected);
    for (const shop of [calm, rough]) await shop.expectProvenLedger();
  });

  it('that never come are found when orders are compared with Shopify', async () => {
    const calm = await Shop.open(running, 'heard');
    const deaf = await Shop.open(running, 'deaf');
    const heard = await live(calm, { onBegin: () => calm.settled() });
    const unheard = await live(deaf, {
      onBegin: async () => {
        await deaf.settled();
        await deaf.control('PUT', '/faults', { deliveries: { drop: 1 } });
      },
    });
    await calm.settled();
    expect(await balancesOf(deaf, unheard)).toEqual(unheard.customers.map(() => 0));

    const compared = await runCommand(running, ['reconcile', '--shop', deaf.domain, '--json']);
    expect(compared.stderr).toBe('');
    expect(JSON.parse(compared.stdout)).toMatchObject({
      shops: [{ shopDomain: deaf.domain, missed: 48, failure: null }],
    });
    expect(await balancesOf(deaf, unheard)).toEqual(await balancesOf(calm, heard));

    const again = await runCommand(running, ['reconcile', '--shop', deaf.domain, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ shops: [{ missed: 0 }] });
    await deaf.expectProvenLedger();
  });

  it('that never come are found behind an order that cannot be posted, and that one is named each time', async () => {
    const shop = await Shop.open(running, 'stuck');
    const customerId = await shop.addCustomer();
    await shop.settled();
    await shop.control('PUT', '/faults', { deliveries: { drop: 1 } });
    // A currency that Shopify knows and that has gone out of use since.
    const old = await shop.order({ customerId, amount: '100', currency: 'STD' });
    await shop.order({ customerId, amount: '100' });
    const compare = async () => {
      const { exitCode, stdout } = await runCommand(running, ['reconcile', '--shop', shop.domain, '--json']);
      return { exitCode, shop: (JSON.parse(stdout) as { shops: unknown[] }).shops[0] };
    };
    const stuck = { notPosted: [old.id], failure: 'not-postable' };
    expect(await compare()).toMatchObject({ exitCode: 1, shop: { ...stuck, missed: 1 } });
    expect(await shop.availableOf(customerId)).toBe(100);
    await shop.order({ customerId, amount: '7' });
    expect(await compare()).toMatchObject({ exitCode: 1, shop: { ...stuck, missed: 1 } });
    expect(await shop.availableOf(customerId)).toBe(107);
    await shop.expectProvenLedger();
  });

  it('whose bodies are altered on the way are refused, and accepted when they come again as they were', async () => {
    const shop = await Shop.open(running, 'altered');
    const customerId = await shop.addCustomer();
    await shop.settled();
    await shop.control('PUT', '/faults', { deliveries: { corrupt: 1 } });
    await shop.order({ customerId, amount: '100' });
    await expect.poll(async () => (await counters(shop)).failedAttempts).toBe(2);
    expect(await shop.availableOf(customerId)).toBe(0);
    await shop.control('DELETE', '/faults');
    await control(running, 'POST', '/deliveries/retry', {});
    await shop.settled();
    expect(await shop.availableOf(customerId)).toBe(100);
  });
});

async function counters(shop: Shop): Promise<{ failedAttempts: number }> {
  const path = `/deliveries/counters?shop=${shop.domain}`;
  return (await control<{ total: { failedAttempts: number } }>(running, 'GET', path)).total;
}
