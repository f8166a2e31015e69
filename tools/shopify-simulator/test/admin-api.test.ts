import { describe, expect, it } from 'vitest';
import { createClock } from '../src/index.ts';
import { startBench, type Bench } from './harness.ts';

const DAY_MS = 86_400_000;

type OrderPage = {
  edges: { node: { legacyResourceId: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

async function placeOrders(bench: Bench, count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index++) {
    ids.push((await bench.done('POST', '/shops/demo/orders', { amount: `${index + 1}.00` })).id);
  }
  return ids;
}

describe('documents', () => {
  it.each([
    [
      '{ shop { loyalty } }',
      "Field 'loyalty' doesn't exist on type 'Shop'",
      'undefinedField',
      ['query', 'shop', 'loyalty'],
    ],
    ['{ shop }', "Field must have selections (field 'shop' returns Shop!", 'selectionMismatch', ['query', 'shop']],
    [
      'query Q { order { id } }',
      "Field 'order' is missing required arguments: id",
      'missingRequiredArguments',
      ['query Q', 'order'],
    ],
    [
      '{ shop(id: 1) { id } }',
      "Field 'shop' doesn't accept argument 'id'",
      'argumentNotAccepted',
      ['query', 'shop', 'id'],
    ],
    ['query Q($id: ID!) { shop { id } }', 'Variable $id is declared by Q but not used', 'variableNotUsed', ['query Q']],
    [
      'query Q { order(id: $id) { id } }',
      'Variable $id is used by Q but not declared',
      'variableNotDefined',
      ['query Q', 'order', 'id'],
    ],
    [
      'query Q($id: Int!) { order(id: $id) { id } }',
      'Type mismatch on variable $id (Int! / ID!)',
      'variableMismatch',
      ['query Q', 'order', 'id'],
    ],
  ])("are refused in Shopify's words: %s", async (query, message, code, path) => {
    const bench = await startBench();
    const { errors, data } = await bench.graphql(query);
    expect(data).toBeUndefined();
    expect(errors[0].message).toContain(message);
    expect(errors[0].extensions.code).toBe(code);
    expect(errors[0].path).toEqual(path);
  });

  it.each([
    [
      'a missing value',
      'query Q($id: ID!) { order(id: $id) { id } }',
      {},
      'Variable $id of type ID! was provided invalid value',
    ],
    [
      'a field that the input does not have',
      'mutation M($i: CustomerInput!) { customerUpdate(input: $i) { customer { id } } }',
      { i: { loyalty: 1 } },
      'Variable $i of type CustomerInput! was provided invalid value for loyalty (Field is not defined on CustomerInput)',
    ],
    [
      'a date that is none',
      'mutation M($i: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $i) { codeDiscountNode { id } } }',
      { i: { startsAt: 'soon' } },
      'was provided invalid value for startsAt (',
    ],
    [
      'an amount that is none',
      'mutation M($i: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $i) { codeDiscountNode { id } } }',
      { i: { minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: 'much' } } } },
      'was provided invalid value for minimumRequirement.subtotal.greaterThanOrEqualToSubtotal (',
    ],
  ])('are refused for %s', async (_what, query, variables, message) => {
    const bench = await startBench();
    const { errors, data } = await bench.graphql(query, variables);
    expect(data).toBeUndefined();
    expect(errors[0].message).toContain(message);
    expect(errors[0].extensions.code).toBe('INVALID_VARIABLE');
  });

  it.each([
    ['a field', '{ shop { customerTags(first: 1) { edges { node } } } }', 'Shop.customerTags'],
    [
      'a field behind an empty list',
      '{ orders(first: 1) { nodes { id returns(first: 1) { nodes { id } } } } }',
      'Order.returns',
    ],
    [
      'a mutation',
      'mutation { tagsAdd(id: "gid://shopify/Order/1", tags: ["a"]) { node { id } } }',
      'Mutation.tagsAdd',
    ],
    ['a filter', '{ orders(first: 1, query: "channel:web") { nodes { id } } }', 'orders query field "channel"'],
  ])('name %s that is valid but not simulated', async (_what, query, field) => {
    const bench = await startBench();
    const { errors } = await bench.graphql(query);
    expect(errors[0].extensions).toEqual({ code: 'NOT_SIMULATED', field });
  });

  it('may not cost more than a thousand points', async () => {
    const bench = await startBench();
    const lines = 'lineItems(first: 250) { nodes { taxLines { title } product { id } variant { id } } }';
    const { errors } = await bench.graphql(`{ orders(first: 250) { nodes { ${lines} a: ${lines} } } }`);
    expect(errors[0].extensions).toMatchObject({ code: 'MAX_COST_EXCEEDED', maxCost: 1_000 });
  });
});

describe('access scopes', () => {
  it('are needed by each field', async () => {
    const bench = await startBench({ installed: false });
    await bench.done('POST', '/shops/demo/install', { open: false, scopes: ['read_customers'] });
    const { data, errors } = await bench.graphql('{ shop { name } order(id: "gid://shopify/Order/1") { id } }');
    expect(data).toEqual({ shop: { name: 'demo' }, order: null });
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('Access denied for order field. Required access: `read_orders` access scope'),
      path: ['order'],
      extensions: { code: 'ACCESS_DENIED', documentation: 'https://shopify.dev/api/usage/access-scopes' },
    });
    const mutation = 'mutation { customerUpdate(input: { id: "gid://shopify/Customer/1" }) { customer { id } } }';
    expect((await bench.graphql(mutation)).errors[0].extensions.code).toBe('ACCESS_DENIED');
  });

  it('are told to the app, and changing them is a webhook', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/install', { open: false, scopes: ['read_orders'] });
    const { data } = await bench.graphql('{ currentAppInstallation { accessScopes { handle } } }');
    expect(data.currentAppInstallation.accessScopes).toEqual([{ handle: 'read_orders' }]);
    await bench.idle();
    expect(JSON.parse(bench.app.webhooks('app/scopes_update')[0]?.body ?? '{}')).toMatchObject({
      current: ['read_orders'],
    });
  });

  it('hide orders older than sixty days without read_all_orders', async () => {
    const bench = await startBench({ installed: false, clock: createClock() });
    await bench.done('POST', '/shops/demo/install', { open: false, scopes: ['read_orders'] });
    const [old] = await placeOrders(bench, 1);
    bench.simulator.world.clock.advance(61 * DAY_MS);
    const [young] = await placeOrders(bench, 1);
    const query = '{ orders(first: 10) { nodes { id } } }';
    const token = await bench.token();
    const seen = (await bench.graphql(query, {}, token)).data.orders.nodes;
    expect(seen).toEqual([{ id: `gid://shopify/Order/${young}` }]);
    const direct = await bench.graphql(`{ order(id: "gid://shopify/Order/${old}") { id } }`, {}, token);
    expect(direct.data.order).toBeNull();
  });
});

describe('the leaky bucket', () => {
  it.each([
    ['standard', 2_000, 100],
    ['advanced', 4_000, 200],
    ['plus', 20_000, 1_000],
    ['enterprise', 40_000, 2_000],
  ])('of a %s shop holds %d points and restores %d per second', async (plan, maximumAvailable, restoreRate) => {
    const bench = await startBench({ shop: { plan }, clock: createClock(() => Date.UTC(2026, 10, 22)) });
    const { extensions } = await bench.graphql('{ shop { name } }');
    expect(extensions.cost).toMatchObject({ requestedQueryCost: 1, actualQueryCost: 1 });
    expect(extensions.cost.throttleStatus).toMatchObject({
      maximumAvailable,
      restoreRate,
      currentlyAvailable: maximumAvailable - 1,
    });
  });

  it('is charged what a query used, not what it asked for, and refuses what it cannot hold', async () => {
    let now = Date.UTC(2026, 10, 22);
    const bench = await startBench({ clock: createClock(() => now) });
    const query =
      '{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { id } taxLines { title } } } } } }';
    const { extensions } = await bench.graphql(query);
    expect(extensions.cost).toMatchObject({ requestedQueryCost: 398, actualQueryCost: 2 });

    await placeOrders(bench, 3);
    let answer = await bench.graphql(query);
    for (let call = 0; call < 200 && !answer.errors; call++) answer = await bench.graphql(query);
    expect(answer).toMatchObject({
      errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED' } }],
      extensions: { cost: { requestedQueryCost: 398, actualQueryCost: null, throttleStatus: { restoreRate: 100 } } },
    });
    const { currentlyAvailable } = answer.extensions.cost.throttleStatus;
    expect(currentlyAvailable).toBeLessThan(398);
    now += (398 - currentlyAvailable) * 10;
    expect((await bench.graphql(query)).errors).toBeUndefined();
  });
});

describe('pages', () => {
  it('follow each other without gap or repetition while orders change', async () => {
    const bench = await startBench();
    const ids = await placeOrders(bench, 7);
    const query = `query Q($after: String) { orders(first: 2, after: $after, sortKey: ID) {
      edges { cursor node { legacyResourceId } } pageInfo { hasNextPage endCursor } } }`;
    const seen: number[] = [];
    let after: string | null = null;
    for (let page = 0; page < 10; page++) {
      const { data } = await bench.graphql(query, { after });
      const orders: OrderPage = data.orders;
      seen.push(...orders.edges.map(({ node }) => Number(node.legacyResourceId)));
      await bench.done('PATCH', `/shops/demo/orders/${ids[0]}`, { note: `page ${page}` });
      after = orders.pageInfo.endCursor;
      if (!orders.pageInfo.hasNextPage) break;
    }
    expect(seen).toEqual(ids);
  });

  it('go backwards with last and before, and in reverse', async () => {
    const bench = await startBench();
    const ids = await placeOrders(bench, 5);
    const names = (data: { orders: { nodes: { legacyResourceId: string }[] } }) =>
      data.orders.nodes.map(({ legacyResourceId }) => Number(legacyResourceId));
    const last = (
      await bench.graphql(
        '{ orders(last: 2, sortKey: ID) { nodes { legacyResourceId } pageInfo { startCursor hasPreviousPage } } }',
      )
    ).data;
    expect(names(last)).toEqual(ids.slice(3));
    const before = `{ orders(last: 2, sortKey: ID, before: "${last.orders.pageInfo.startCursor}") { nodes { legacyResourceId } } }`;
    expect(names((await bench.graphql(before)).data)).toEqual(ids.slice(1, 3));
    const reverse = '{ orders(first: 2, sortKey: ID, reverse: true) { nodes { legacyResourceId } } }';
    expect(names((await bench.graphql(reverse)).data)).toEqual([ids[4], ids[3]]);
  });

  it.each([
    ['{ orders { nodes { id } } }', 'you must provide one of first or last'],
    ['{ orders(first: 251) { nodes { id } } }', 'cannot exceed 250'],
    ['{ orders(first: 1, after: "nonsense") { nodes { id } } }', 'Invalid cursor'],
  ])('are refused: %s', async (query, message) => {
    const bench = await startBench();
    expect((await bench.graphql(query)).errors[0].message).toContain(message);
  });

  it('find what was updated since a moment', async () => {
    let now = Date.UTC(2026, 10, 22, 12);
    const bench = await startBench({ clock: createClock(() => now) });
    const [first, second] = await placeOrders(bench, 2);
    now += 10_000;
    await bench.done('PATCH', `/shops/demo/orders/${first}`, { note: 'changed' });
    const find = async (text: string) =>
      (
        await bench.graphql(
          'query Q($q: String) { orders(first: 10, query: $q, sortKey: UPDATED_AT) { nodes { legacyResourceId updatedAt } } }',
          { q: text },
        )
      ).data.orders.nodes;
    expect(await find("updated_at:>='2026-11-22T12:00:00Z'")).toEqual([
      { legacyResourceId: String(second), updatedAt: '2026-11-22T12:00:00Z' },
      { legacyResourceId: String(first), updatedAt: '2026-11-22T12:00:10Z' },
    ]);
    expect(await find("updated_at:>'2026-11-22T12:00:00Z' AND updated_at:<='2026-11-22T12:00:10Z'")).toHaveLength(1);
    expect(await find('updated_at:>2026-11-23')).toEqual([]);
  });
});

describe('faults of the Admin API', () => {
  it('are a 500, half an answer, a user error and a slow answer', async () => {
    const bench = await startBench();
    const token = await bench.token();
    const mutation =
      'mutation { customerUpdate(input: { id: "gid://shopify/Customer/1" }) { customer { id } userErrors { field message } } }';
    await bench.done('PUT', '/shops/demo/faults', {
      api: {
        errorNext: 1,
        cutNext: 1,
        slowMs: 50,
        userErrors: { customerUpdate: { next: 1, message: 'Not today', field: ['id'] } },
      },
    });
    const headers = { 'Content-Type': 'application/json', 'X-Shopify-Access-Token': token };
    const call = (query: string) =>
      bench.shopify('/admin/api/2026-10/graphql.json', { method: 'POST', headers, body: JSON.stringify({ query }) });
    expect((await call('{ shop { name } }')).status).toBe(500);
    const cut = await call('{ shop { name } }');
    expect(cut.status).toBe(200);
    await expect(cut.text()).rejects.toThrow();
    const started = performance.now();
    expect((await bench.graphql(mutation, {}, token)).data.customerUpdate).toEqual({
      customer: null,
      userErrors: [{ field: ['id'], message: 'Not today' }],
    });
    expect(performance.now() - started).toBeGreaterThan(45);
  });
});
