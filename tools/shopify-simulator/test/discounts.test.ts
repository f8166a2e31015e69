import { describe, expect, it } from 'vitest';
import { createClock } from '../src/index.ts';
import { startBench, type Bench } from './harness.ts';

const CREATE = `mutation C($d: DiscountCodeBasicInput!) { discountCodeBasicCreate(basicCodeDiscount: $d) {
  codeDiscountNode { id } userErrors { field message code } } }`;
const ADD = `mutation A($id: ID!, $codes: [DiscountRedeemCodeInput!]!) { discountRedeemCodeBulkAdd(discountId: $id, codes: $codes) {
  bulkCreation { id done codesCount } userErrors { field message code } } }`;
const ASK = `query B($id: ID!) { discountRedeemCodeBulkCreation(id: $id) { done codesCount importedCount failedCount
  codes(first: 250) { nodes { code discountRedeemCode { id } errors { code message } } } } }`;

const REWARD = {
  title: 'Five off',
  code: 'REWARD-0',
  startsAt: '2026-01-01T00:00:00Z',
  usageLimit: 1,
  appliesOncePerCustomer: false,
  context: { all: 'ALL' },
  customerGets: { items: { all: true }, value: { discountAmount: { amount: '5.00', appliesOnEachItem: false } } },
};

async function createReward(bench: Bench, change: Record<string, unknown> = {}): Promise<string> {
  const { data } = await bench.graphql(CREATE, { d: { ...REWARD, ...change } });
  expect(data.discountCodeBasicCreate.userErrors).toEqual([]);
  return data.discountCodeBasicCreate.codeDiscountNode.id;
}

async function addCodes(bench: Bench, id: string, codes: string[]) {
  const { data, errors } = await bench.graphql(ADD, { id, codes: codes.map((code) => ({ code })) });
  return data?.discountRedeemCodeBulkAdd ?? { errors };
}

async function waitUntilDone(bench: Bench, id: string) {
  await expect.poll(async () => (await bench.graphql(ASK, { id })).data.discountRedeemCodeBulkCreation.done).toBe(true);
  return (await bench.graphql(ASK, { id })).data.discountRedeemCodeBulkCreation;
}

describe('a code discount', () => {
  it.each([
    ['no title', { title: ' ' }, 'title', 'BLANK'],
    ['no code', { code: '' }, 'code', 'BLANK'],
    ['no start', { startsAt: undefined }, 'startsAt', 'BLANK'],
    ['an end before its start', { endsAt: '2025-01-01T00:00:00Z' }, 'endsAt', 'END_DATE_BEFORE_START_DATE'],
    ['a usage limit of 0', { usageLimit: 0 }, 'usageLimit', 'GREATER_THAN'],
    ['nothing to get', { customerGets: undefined }, 'customerGets', 'BLANK'],
  ])('is refused with %s, and the user error names the field', async (_what, change, field, code) => {
    const bench = await startBench();
    const { data } = await bench.graphql(CREATE, { d: { ...REWARD, ...change } });
    expect(data.discountCodeBasicCreate).toMatchObject({
      codeDiscountNode: null,
      userErrors: [{ field: ['basicCodeDiscount', field], code }],
    });
  });

  it('is refused with a code that is taken, whatever its case', async () => {
    const bench = await startBench();
    await createReward(bench);
    const { data } = await bench.graphql(CREATE, { d: { ...REWARD, code: 'reward-0' } });
    expect(data.discountCodeBasicCreate.userErrors).toEqual([
      {
        field: ['basicCodeDiscount', 'code'],
        message: 'Code must be unique. Please try a different code.',
        code: 'TAKEN',
      },
    ]);
  });

  it('can be found by its code, changed, deactivated and deleted', async () => {
    const bench = await startBench();
    const id = await createReward(bench);
    const find =
      '{ codeDiscountNodeByCode(code: "reward-0") { id codeDiscount { ... on DiscountCodeBasic { title status usageLimit codesCount { count } customerGets { value { ... on DiscountAmount { amount { amount currencyCode } } } } } } } }';
    expect((await bench.graphql(find)).data.codeDiscountNodeByCode).toEqual({
      id,
      codeDiscount: {
        title: 'Five off',
        status: 'ACTIVE',
        usageLimit: 1,
        codesCount: { count: 1 },
        customerGets: { value: { amount: { amount: '5.0', currencyCode: 'USD' } } },
      },
    });
    const update =
      'mutation U($id: ID!, $d: DiscountCodeBasicInput!) { discountCodeBasicUpdate(id: $id, basicCodeDiscount: $d) { codeDiscountNode { codeDiscount { ... on DiscountCodeBasic { title usageLimit } } } userErrors { message } } }';
    const updated = await bench.graphql(update, { id, d: { title: 'Changed', endsAt: '2099-01-01T00:00:00Z' } });
    expect(updated.data.discountCodeBasicUpdate.codeDiscountNode.codeDiscount).toEqual({
      title: 'Changed',
      usageLimit: 1,
    });
    await bench.graphql('mutation D($id: ID!) { discountCodeDeactivate(id: $id) { userErrors { message } } }', { id });
    expect((await bench.graphql(find)).data.codeDiscountNodeByCode.codeDiscount.status).toBe('EXPIRED');
    const remove =
      'mutation D($id: ID!) { discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { message code } } }';
    expect((await bench.graphql(remove, { id })).data.discountCodeDelete.deletedCodeDiscountId).toBe(id);
    expect((await bench.graphql(find)).data.codeDiscountNodeByCode).toBeNull();
    expect((await bench.graphql(remove, { id })).data.discountCodeDelete.userErrors[0].code).toBe('INVALID');
  });
});

describe('adding codes in bulk', () => {
  it('happens in the background and reports each code', async () => {
    const bench = await startBench();
    const id = await createReward(bench);
    await createReward(bench, { code: 'ELSEWHERE' });
    const { bulkCreation, userErrors } = await addCodes(bench, id, ['A-1', 'A-2', 'elsewhere', 'A-1', '']);
    expect(userErrors).toEqual([]);
    expect(bulkCreation).toMatchObject({ done: false, codesCount: 5 });
    const done = await waitUntilDone(bench, bulkCreation.id);
    expect(done).toMatchObject({ codesCount: 5, importedCount: 2, failedCount: 3 });
    expect(
      done.codes.nodes.map(({ code, errors }: { code: string; errors: { code: string }[] }) => [code, errors[0]?.code]),
    ).toEqual([
      ['A-1', undefined],
      ['A-2', undefined],
      ['elsewhere', 'TAKEN'],
      ['A-1', 'TAKEN'],
      ['', 'BLANK'],
    ]);
  });

  it('takes at most 250 codes and an existing discount', async () => {
    const bench = await startBench();
    const id = await createReward(bench);
    const codes = Array.from({ length: 251 }, (_, index) => `B-${index}`);
    const { errors } = await addCodes(bench, id, codes);
    expect(errors[0]).toMatchObject({
      message: 'The input array size of 251 is greater than the maximum allowed of 250.',
      extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
    });
    expect((await addCodes(bench, id, codes.slice(1))).userErrors).toEqual([]);
    const missing = await addCodes(bench, 'gid://shopify/DiscountCodeNode/1', ['C']);
    expect(missing).toMatchObject({ bulkCreation: null, userErrors: [{ field: ['discountId'], code: 'INVALID' }] });
  });

  it('can be undone for single codes', async () => {
    const bench = await startBench();
    const id = await createReward(bench);
    const { bulkCreation } = await addCodes(bench, id, ['D-1', 'D-2']);
    const done = await waitUntilDone(bench, bulkCreation.id);
    const ids = [done.codes.nodes[0].discountRedeemCode.id];
    const remove =
      'mutation D($id: ID!, $ids: [ID!]) { discountCodeRedeemCodeBulkDelete(discountId: $id, ids: $ids) { job { id done } userErrors { message } } }';
    expect((await bench.graphql(remove, { id, ids })).data.discountCodeRedeemCodeBulkDelete.job.done).toBe(false);
    const byCode = 'query Q($code: String!) { codeDiscountNodeByCode(code: $code) { id } }';
    await expect
      .poll(async () => (await bench.graphql(byCode, { code: 'D-1' })).data.codeDiscountNodeByCode)
      .toBeNull();
    expect((await bench.graphql(byCode, { code: 'D-2' })).data.codeDiscountNodeByCode).toEqual({ id });
  });
});

describe('a code at the checkout', () => {
  const buy = (bench: Bench, discountCode: string, change: Record<string, unknown> = {}) =>
    bench.control('POST', '/shops/demo/orders', { amount: '20', shipping: '5', discountCode, ...change });

  it('takes its amount off, is counted, and is refused beyond its limit', async () => {
    const bench = await startBench();
    await createReward(bench);
    expect((await buy(bench, 'reward-0')).body).toMatchObject({
      total: '20.00',
      discounts: '5.00',
      discountCode: 'REWARD-0',
    });
    expect(await buy(bench, 'REWARD-0')).toMatchObject({
      status: 422,
      body: { error: 'discountCode: This discount code has reached its usage limit' },
    });
    const { data } = await bench.graphql(
      '{ codeDiscountNodeByCode(code: "REWARD-0") { codeDiscount { ... on DiscountCodeBasic { asyncUsageCount codes(first: 1) { nodes { asyncUsageCount } } } } } }',
    );
    expect(data.codeDiscountNodeByCode.codeDiscount).toEqual({
      asyncUsageCount: 1,
      codes: { nodes: [{ asyncUsageCount: 1 }] },
    });
  });

  it('has its limit per code, not per discount', async () => {
    const bench = await startBench();
    const { bulkCreation } = await addCodes(bench, await createReward(bench), ['E-1']);
    await waitUntilDone(bench, bulkCreation.id);
    expect((await buy(bench, 'REWARD-0')).status).toBe(201);
    expect((await buy(bench, 'E-1')).status).toBe(201);
  });

  it('is refused if it is unknown, not yet or no longer good, or below its minimum', async () => {
    let now = Date.UTC(2026, 5, 1);
    const bench = await startBench({ clock: createClock(() => now) });
    await createReward(bench, {
      startsAt: '2026-07-01T00:00:00Z',
      endsAt: '2026-08-01T00:00:00Z',
      minimumRequirement: { subtotal: { greaterThanOrEqualToSubtotal: '15.00' } },
    });
    const reason = async (code: string, change = {}) => (await buy(bench, code, change)).body.error;
    expect(await reason('NOPE')).toContain('Enter a valid discount code');
    expect(await reason('REWARD-0')).toContain('not active yet');
    now = Date.UTC(2026, 6, 15);
    expect(await reason('REWARD-0', { amount: '14.99' })).toContain('minimum');
    expect(await reason('REWARD-0')).toBeUndefined();
    now = Date.UTC(2026, 7, 1);
    expect(await reason('REWARD-0')).toContain('expired');
  });

  it('makes the shipping free', async () => {
    const bench = await startBench();
    const create = `mutation F($d: DiscountCodeFreeShippingInput!) { discountCodeFreeShippingCreate(freeShippingCodeDiscount: $d) {
      codeDiscountNode { codeDiscount { ... on DiscountCodeFreeShipping { title status } } } userErrors { message } } }`;
    const { title, startsAt } = REWARD;
    const input = { title, startsAt, code: 'SHIP', destination: { all: true }, context: { all: 'ALL' } };
    const { data } = await bench.graphql(create, { d: input });
    expect(data.discountCodeFreeShippingCreate.codeDiscountNode.codeDiscount).toEqual({ title, status: 'ACTIVE' });
    expect((await buy(bench, 'ship')).body).toMatchObject({
      subtotal: '20.00',
      shipping: '0.00',
      total: '20.00',
      discounts: '5.00',
    });
  });

  it('is divided over the lines to the last cent, and leaves gift cards alone', async () => {
    const bench = await startBench();
    await createReward(bench);
    const { body } = await buy(bench, 'REWARD-0', {
      amount: undefined,
      lines: [
        { title: 'A', price: '3.33' },
        { title: 'B', price: '3.33' },
        { title: 'Card', price: '10', giftCard: true },
        { title: 'C', price: '3.34' },
      ],
    });
    expect(body.lines.map((line: { discount: string }) => line.discount)).toEqual(['1.67', '1.66', '0.00', '1.67']);
    expect(body.discounts).toBe('5.00');
  });
});

describe('metafields and store credit', () => {
  it('are set, read and deleted, all of a call or none', async () => {
    const bench = await startBench();
    const customer = await bench.done('POST', '/shops/demo/customers', { email: 'ann@example.com' });
    const set =
      'mutation M($m: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $m) { metafields { namespace key value } userErrors { field code } } }';
    const points = {
      ownerId: customer.gid,
      namespace: '$app:points',
      key: 'balance',
      type: 'number_integer',
      value: '12',
    };
    const bad = await bench.graphql(set, { m: [points, { ...points, key: 'tier', value: 'many' }] });
    expect(bad.data.metafieldsSet).toEqual({
      metafields: null,
      userErrors: [{ field: ['metafields', '1', 'value'], code: 'INVALID_VALUE' }],
    });
    const good = await bench.graphql(set, { m: [points] });
    expect(good.data.metafieldsSet.metafields).toMatchObject([{ key: 'balance', value: '12' }]);
    const read = `{ customer(id: "${customer.gid}") { metafield(namespace: "$app:points", key: "balance") { jsonValue type } metafields(first: 5) { nodes { key } } } }`;
    expect((await bench.graphql(read)).data.customer).toEqual({
      metafield: { jsonValue: 12, type: 'number_integer' },
      metafields: { nodes: [{ key: 'balance' }] },
    });
    const remove =
      'mutation D($m: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $m) { deletedMetafields { key } } }';
    await bench.graphql(remove, { m: [{ ownerId: customer.gid, namespace: '$app:points', key: 'balance' }] });
    expect((await bench.graphql(read)).data.customer.metafield).toBeNull();
  });

  it('credit a customer in the exact amount', async () => {
    const bench = await startBench();
    const customer = await bench.done('POST', '/shops/demo/customers', { email: 'ann@example.com' });
    const credit = `mutation S($id: ID!, $amount: Decimal!) { storeCreditAccountCredit(id: $id, creditInput: { creditAmount: { amount: $amount, currencyCode: USD } }) {
      storeCreditAccountTransaction { amount { amount } account { balance { amount currencyCode } } } userErrors { code } } }`;
    await bench.graphql(credit, { id: customer.gid, amount: '5.25' });
    const second = (await bench.graphql(credit, { id: customer.gid, amount: '1' })).data.storeCreditAccountCredit;
    expect(second.storeCreditAccountTransaction.account.balance).toEqual({ amount: '6.25', currencyCode: 'USD' });
    const wrong = (await bench.graphql(credit, { id: customer.gid, amount: '-1' })).data.storeCreditAccountCredit;
    expect(wrong.userErrors).toEqual([{ code: 'NEGATIVE_OR_ZERO_AMOUNT' }]);
  });
});
