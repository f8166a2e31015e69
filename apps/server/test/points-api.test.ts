import type {
  BalanceResponse,
  HistoryPage,
  RedemptionResponse,
  RewardResponse,
  SettingsResponse,
} from '@loyalnest/contracts/rest/points';
import { PointsService } from '@loyalnest/contracts/proto/loyalnest/points/v1/points_pb';
import { RpcClients, rpcSecret } from '@loyalnest/platform/rpc/rpc';
import { rpcToken } from '@loyalnest/platform/rpc/server-options';
import { Code, createClient, type Interceptor } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openWhole, TestShop, type Whole } from './whole.ts';

let whole: Whole;
let shop: TestShop;
let other: TestShop;
let keys = 0;

beforeAll(async () => {
  whole = await openWhole();
  shop = await TestShop.install(whole, 'first');
  other = await TestShop.install(whole, 'second');
});

afterEach(() => whole.control('DELETE', '/faults'));
afterAll(() => whole.close());

const newKey = () => ({ 'idempotency-key': `key-${(keys += 1)}` });

async function balanceOf(customerId: number): Promise<BalanceResponse> {
  return (await shop.asShopper<BalanceResponse>(customerId, 'GET', '/v1/api/points/balance')).body;
}

async function rewardOf(points: number, change: Record<string, unknown> = {}): Promise<number> {
  const { body } = await shop.asMerchant<RewardResponse>('POST', '/v1/api/rewards', {
    kind: 'fixed_amount',
    name: '5 off',
    points,
    amountMinor: 500,
    validDays: null,
    perCustomerMax: null,
    totalMax: null,
    ...change,
  });
  return body.rewardId;
}

function redeem(customerId: number, rewardId: number, headers = newKey()) {
  return shop.asShopper<RedemptionResponse>(customerId, 'POST', '/v1/api/points/redeem', { rewardId }, headers);
}

describe('balance and history', () => {
  it('shows a shopper the own balance and nobody else’s', async () => {
    const rich = await shop.customerWith(320);
    const poor = await shop.customerWith(200);
    expect(await balanceOf(rich)).toMatchObject({
      customerId: rich,
      available: 320,
      pending: 0,
      held: 0,
      nextExpiry: null,
    });
    const named = await shop.asShopper<BalanceResponse>(poor, 'GET', `/v1/api/points/balance?customerId=${rich}`);
    expect(named.body).toMatchObject({ customerId: poor, available: 200 });
  });

  it('asks a visitor to sign in, and a merchant to name a customer', async () => {
    expect(await shop.asShopper(null, 'GET', '/v1/api/points/balance')).toMatchObject({
      status: 401,
      body: { code: 'unauthenticated' },
    });
    expect(await shop.asMerchant('GET', '/v1/api/points/balance')).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  });

  it('shows another merchant zeros for a customer it does not have', async () => {
    const customer = await shop.customerWith(250);
    const { body } = await other.asMerchant('GET', `/v1/api/points/balance?customerId=${customer}`);
    expect(body).toMatchObject({ available: 0 });
  });

  it('pages through the history newest first without gap or repeat', async () => {
    const customer = await shop.customerWith(200);
    for (let amount = 1; amount <= 5; amount += 1) {
      await shop.control('POST', '/orders', { customerId: customer, amount: `${amount}.00` });
      await whole.settled();
      whole.advance(1_000);
    }
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const path: string = `/v1/api/points/history?limit=2${cursor ? `&cursor=${cursor}` : ''}`;
      const { body } = await shop.asShopper<HistoryPage>(customer, 'GET', path);
      seen.push(...body.items.map((item) => item.points));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen.slice(0, 5)).toEqual([5, 4, 3, 2, 1]);
    expect(seen).toHaveLength(6);
  });

  it('refuses a cursor it did not hand out', async () => {
    const customer = await shop.customerWith(200);
    const answer = await shop.asShopper(customer, 'GET', '/v1/api/points/history?cursor=abc');
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-cursor' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });
});

describe('settings', () => {
  it('saves a new version, which orders from then on are awarded under', async () => {
    const { body: before } = await shop.asMerchant<SettingsResponse>('GET', '/v1/api/points/settings');
    const settings = { ...before.settings, purchase: { ...before.settings.purchase, rate: '2.5' } };
    const saved = await shop.asMerchant<SettingsResponse>('PUT', '/v1/api/points/settings', {
      version: before.version,
      settings,
    });
    expect(saved).toMatchObject({ status: 200, body: { version: before.version + 1 } });
    const customer = await shop.customerWith(11);
    expect(await balanceOf(customer)).toMatchObject({ available: 27 });
    await shop.asMerchant('PUT', '/v1/api/points/settings', { version: saved.body.version, settings: before.settings });
  });

  it('shows both versions to whoever saves over somebody else’s change', async () => {
    const { body } = await shop.asMerchant<SettingsResponse>('GET', '/v1/api/points/settings');
    const saves = await Promise.all(
      [body.settings.signup.points, 7].map((points) => {
        const settings = { ...body.settings, signup: { ...body.settings.signup, points } };
        return shop.asMerchant('PUT', '/v1/api/points/settings', { version: body.version, settings });
      }),
    );
    expect(saves.map((save) => save.status).sort((a, b) => a - b)).toEqual([200, 409]);
    expect(saves.find((save) => save.status === 409)?.body).toMatchObject({
      code: 'settings-conflict',
      current: { version: body.version + 1 },
    });
  });

  it('refuses a rate that is no decimal, and names the field', async () => {
    const { body } = await shop.asMerchant<SettingsResponse>('GET', '/v1/api/points/settings');
    const settings = { ...body.settings, purchase: { ...body.settings.purchase, rate: '1e3' } };
    const refused = await shop.asMerchant('PUT', '/v1/api/points/settings', { version: body.version, settings });
    expect(refused).toMatchObject({ status: 400, body: { issues: [{ path: 'settings.purchase.rate' }] } });
  });

  it('are not a shopper’s to see', async () => {
    expect(await shop.asShopper(1, 'GET', '/v1/api/points/settings')).toMatchObject({ status: 401 });
  });
});

describe('rewards', () => {
  it('tells a shopper which open rewards are affordable', async () => {
    const cheap = await rewardOf(10);
    const dear = await rewardOf(1_000_000);
    const closed = await rewardOf(10, { isOpen: false });
    const customer = await shop.customerWith(200);
    const { body } = await shop.asShopper<{ items: RewardResponse[] }>(customer, 'GET', '/v1/api/rewards');
    const affordable = new Map(body.items.map((reward) => [reward.rewardId, reward.isAffordable]));
    expect([affordable.get(cheap), affordable.get(dear), affordable.has(closed)]).toEqual([true, false, false]);
  });

  it('refuses a fixed amount without an amount', async () => {
    const refused = await shop.asMerchant('POST', '/v1/api/rewards', {
      kind: 'fixed_amount',
      name: 'x',
      points: 1,
      amountMinor: null,
      validDays: null,
      perCustomerMax: null,
      totalMax: null,
    });
    expect(refused).toMatchObject({ status: 400, body: { issues: [{ path: 'amountMinor' }] } });
  });

  it('of another merchant are not found', async () => {
    const rewardId = await rewardOf(10);
    const { body } = await shop.asMerchant<{ items: RewardResponse[] }>('GET', '/v1/api/rewards');
    const {
      rewardId: _,
      revision: __,
      ...input
    } = body.items.find((reward) => reward.rewardId === rewardId) as RewardResponse;
    const changed = await other.asMerchant('PUT', `/v1/api/rewards/${rewardId}`, input);
    expect(changed).toMatchObject({ status: 404, body: { code: 'reward-not-found' } });
  });
});

describe('redeeming', () => {
  it('turns points into a code that works once at checkout, and the order captures it', async () => {
    const customer = await shop.customerWith(600);
    const rewardId = await rewardOf(500);
    const redeemed = await redeem(customer, rewardId);
    expect(redeemed).toMatchObject({ status: 201, body: { status: 'active', points: 500 } });
    expect(await balanceOf(customer)).toMatchObject({ available: 100, held: 500 });
    const discountCode = redeemed.body.code;
    await shop.control('POST', '/orders', { customerId: customer, amount: '20.00', discountCode });
    await whole.settled();
    expect(await balanceOf(customer)).toMatchObject({ available: 115, held: 0 });
    const { body } = await shop.asShopper<RedemptionResponse>(
      customer,
      'GET',
      `/v1/api/redemptions/${redeemed.body.redemptionId}`,
    );
    expect(body).toMatchObject({ status: 'captured' });
    await expect(
      shop.control('POST', '/orders', { customerId: customer, amount: '20.00', discountCode }),
    ).rejects.toThrow(/422|400|409/);
  });

  it('puts all codes of a reward into one discount at Shopify', async () => {
    const rewardId = await rewardOf(1);
    const customers = await Promise.all(Array.from({ length: 6 }, () => shop.customerWith(200)));
    const codes = await Promise.all(customers.map(async (customer) => (await redeem(customer, rewardId)).body.code));
    expect(new Set(codes).size).toBe(6);
    const { rows } = await whole.database.owner.query<{ discounts: number; codes: number }>(
      `select (select count(distinct discount_gid) from points.reward_discounts where reward_id = $1) as discounts,
         (select count(*) from points.reward_redemptions where reward_id = $1 and status = 'active') as codes`,
      [rewardId],
    );
    expect(rows).toEqual([{ discounts: 1, codes: 6 }]);
  });

  it('gives the same answer to the same key, and refuses the key with another body', async () => {
    const customer = await shop.customerWith(1_000);
    const [first, second] = [await rewardOf(500), await rewardOf(400)];
    const headers = newKey();
    const answers = await Promise.all([redeem(customer, first, headers), redeem(customer, first, headers)]);
    expect(answers[0].body).toEqual(answers[1].body);
    expect(await balanceOf(customer)).toMatchObject({ available: 500, held: 500 });
    expect(await redeem(customer, second, headers)).toMatchObject({
      status: 409,
      body: { code: 'idempotency-key-reused' },
    });
    expect(await balanceOf(customer)).toMatchObject({ available: 500, held: 500 });
  });

  it('asks for an Idempotency-Key', async () => {
    const answer = await shop.asShopper(1, 'POST', '/v1/api/points/redeem', { rewardId: 1 });
    expect(answer).toMatchObject({ status: 428, body: { code: 'idempotency-key-missing' } });
  });

  it('spends no point twice when 64 redemptions come at once', async () => {
    const customer = await shop.customerWith(1_200);
    const rewardId = await rewardOf(100);
    const answers = await Promise.all(Array.from({ length: 64 }, () => redeem(customer, rewardId)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(12);
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(52);
    expect(await balanceOf(customer)).toMatchObject({ available: 0, held: 1_200 });
  });

  it('refuses a reward that is closed, unknown, or taken as often as it may be', async () => {
    const customer = await shop.customerWith(700);
    expect(await redeem(customer, await rewardOf(1, { isOpen: false }))).toMatchObject({
      status: 422,
      body: { code: 'reward-closed' },
    });
    expect(await redeem(customer, 999_999)).toMatchObject({ status: 404, body: { code: 'reward-not-found' } });
    const once = await rewardOf(1, { perCustomerMax: 1 });
    expect(await redeem(customer, once)).toMatchObject({ status: 201 });
    expect(await redeem(customer, once)).toMatchObject({ status: 422, body: { code: 'reward-limit-reached' } });
  });

  it('lets only as many take a limited reward as there are', async () => {
    const customers = await Promise.all(Array.from({ length: 5 }, () => shop.customerWith(200)));
    const rewardId = await rewardOf(1, { totalMax: 2 });
    const answers = await Promise.all(customers.map((customer) => redeem(customer, rewardId)));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 201, 422, 422, 422]);
  });

  it('gives the points back when Shopify refuses the discount', async () => {
    const customer = await shop.customerWith(500);
    await whole.control('PUT', '/faults', {
      api: { userErrors: { discountCodeBasicCreate: { next: 1, message: 'no' } } },
    });
    expect(await redeem(customer, await rewardOf(500))).toMatchObject({
      status: 502,
      body: { code: 'shopify-refused' },
    });
    expect(await balanceOf(customer)).toMatchObject({ available: 500, held: 0 });
  });

  it('keeps the points held while Shopify gives no answer, and makes the code when it does', async () => {
    const customer = await shop.customerWith(500);
    const rewardId = await rewardOf(500);
    await whole.control('PUT', '/faults', { api: { errorNext: 50 } });
    const redeemed = await redeem(customer, rewardId);
    expect(redeemed.body).toMatchObject({ status: 'held', code: null });
    await whole.control('DELETE', '/faults');
    whole.advance(31_000);
    await whole.running.jobs.runNow('settle-redemptions');
    const path = `/v1/api/redemptions/${redeemed.body.redemptionId}`;
    const { body } = await shop.asShopper<RedemptionResponse>(customer, 'GET', path);
    expect(body).toMatchObject({ status: 'active', code: expect.stringMatching(/^LOYAL-/) });
  });

  it('finds the code it had made when the answer broke off', async () => {
    const customer = await shop.customerWith(500);
    const rewardId = await rewardOf(500);
    await redeem(await shop.customerWith(500), rewardId);
    await whole.control('PUT', '/faults', { api: { cutNext: 4 } });
    const redeemed = await redeem(customer, rewardId);
    await whole.control('DELETE', '/faults');
    whole.advance(31_000);
    await whole.running.jobs.runNow('settle-redemptions');
    const path = `/v1/api/redemptions/${redeemed.body.redemptionId}`;
    const { body } = await shop.asShopper<RedemptionResponse>(customer, 'GET', path);
    expect(body.status).toBe('active');
    expect(await balanceOf(customer)).toMatchObject({ available: 0, held: 500 });
  });

  it('gives an unused code back for its points, and the code is dead', async () => {
    const customer = await shop.customerWith(500);
    const redeemed = await redeem(customer, await rewardOf(500));
    const path = `/v1/api/redemptions/${redeemed.body.redemptionId}/cancel`;
    const cancelled = await shop.asShopper<RedemptionResponse>(customer, 'POST', path, undefined, newKey());
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'released' } });
    expect(await balanceOf(customer)).toMatchObject({ available: 500, held: 0 });
    const discountCode = redeemed.body.code;
    await expect(
      shop.control('POST', '/orders', { customerId: customer, amount: '20.00', discountCode }),
    ).rejects.toThrow();
  });

  it('does not let a shopper cancel what is another’s, or what an order has used', async () => {
    const customer = await shop.customerWith(500);
    const redeemed = await redeem(customer, await rewardOf(500));
    const path = `/v1/api/redemptions/${redeemed.body.redemptionId}/cancel`;
    const stranger = await shop.customerWith(200);
    expect(await shop.asShopper(stranger, 'POST', path, undefined, newKey())).toMatchObject({ status: 404 });
    await shop.control('POST', '/orders', { customerId: customer, amount: '9.00', discountCode: redeemed.body.code });
    await whole.settled();
    expect(await shop.asShopper(customer, 'POST', path, undefined, newKey())).toMatchObject({
      status: 409,
      body: { code: 'redemption-not-cancellable' },
    });
  });

  it('gives the points back when an unused code passes its date', async () => {
    const customer = await shop.customerWith(500);
    const redeemed = await redeem(customer, await rewardOf(500, { validDays: 1 }));
    expect(redeemed.body.expiresAt).not.toBeNull();
    whole.advance(25 * 60 * 60 * 1_000);
    await whole.running.jobs.runNow('settle-redemptions');
    const found = await whole.database.owner.query(
      'select status from points.reward_redemptions where redemption_id = $1',
      [redeemed.body.redemptionId],
    );
    expect(found.rows).toEqual([{ status: 'released' }]);
  });
});

describe('RPC', () => {
  const earn = async () => ({
    merchantId: BigInt(await merchantId()),
    customerId: BigInt(await shop.customerWith(200)),
    points: 50n,
    businessKey: `test/${(keys += 1)}`,
    reason: 'for a test',
  });

  async function merchantId(): Promise<number> {
    const { rows } = await whole.database.owner.query<{ merchant_id: string }>(
      'select merchant_id from points.shops where shop_domain = $1',
      [shop.domain],
    );
    return Number(rows[0]?.merchant_id);
  }

  function overNetwork(token: string) {
    const authorize: Interceptor = (next) => (request) => {
      request.header.set('authorization', `Bearer ${token}`);
      return next(request);
    };
    const baseUrl = `http://127.0.0.1:${whole.running.rpcPort}`;
    return createClient(PointsService, createGrpcTransport({ baseUrl, interceptors: [authorize] }));
  }

  it.each([
    ['in the process', () => whole.running.app.get(RpcClients).client(PointsService)],
    ['over gRPC', () => overNetwork(rpcToken(rpcSecret(whole.config)))],
  ])('earns once per business key, %s', async (_how, client) => {
    const request = await earn();
    const first = await client().earn(request);
    const again = await client().earn(request);
    expect(first).toMatchObject({ isNew: true, available: 250n });
    expect(again).toMatchObject({ isNew: false, transferId: first.transferId, available: 250n });
    expect(await client().getBalance(request)).toMatchObject({ available: 250n, pending: 0n, held: 0n });
  });

  it('refuses strangers, unknown merchants and absurd requests', async () => {
    const request = await earn();
    await expect(overNetwork('wrong').earn(request)).rejects.toMatchObject({ code: Code.Unauthenticated });
    const client = whole.running.app.get(RpcClients).client(PointsService);
    await expect(client.earn({ ...request, merchantId: 999n })).rejects.toMatchObject({ code: Code.NotFound });
    await expect(client.earn({ ...request, points: 0n })).rejects.toMatchObject({ code: Code.InvalidArgument });
  });
});
