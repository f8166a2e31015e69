import { Agent, get, type Server } from 'node:http';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { Shoppers } from '@loyalnest/shopify/guards/shoppers';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startDatabaseDoor, type DatabaseDoor } from './database-door.ts';
import { openMerchantRoom, proxied, type MerchantRoom } from './merchant-room.ts';

const path = '/v1/api/points/balance';
const limit = 8;

let door: DatabaseDoor;
let room: MerchantRoom;
beforeAll(async () => {
  door = await startDatabaseDoor();
  room = await openMerchantRoom('2026-03-02T00:00:00Z', { RATE_LIMIT_SHOPPER: String(limit) }, (url) =>
    door.through(url),
  );
  await room.install(1);
  const entry = { kind: 'earn', to: 'available', actor: 'test', earnedAt: room.clock.now() } as const;
  const expiresAt = new Date('2026-05-01T00:00:00Z');
  await room.post(1, { ...entry, customerId: 7, points: 30, businessKey: 'test/1', expiresAt });
});
afterEach(() => {
  door.open();
  vi.restoreAllMocks();
});
afterAll(async () => {
  await room.close();
  await door.close();
});

type Told = { status: number; headers: Record<string, string>; body: unknown };

/** Of the connection and the moment, not of the answer. */
const passing = ['connection', 'keep-alive', 'date', 'ratelimit', 'ratelimit-policy'];

function told(status: number, headers: Iterable<[string, unknown]>, body: string): Told {
  const kept = [...headers].filter(([name]) => !passing.includes(name)).map(([name, value]) => [name, String(value)]);
  return { status, headers: Object.fromEntries(kept) as Record<string, string>, body: JSON.parse(body) as unknown };
}

/** The path and query of a shopper's request; `null` is a visitor. */
function address(query: string, customerId: number | null, { merchantId = 1, now = room.clock.now() } = {}): string {
  const url = new URL(proxied(room.running.url + path + query, { merchantId, customerId, now }));
  return url.pathname + url.search;
}

/** As it comes in from a socket. */
async function ask(url: string, method = 'GET'): Promise<Told> {
  const response = await fetch(room.running.url + url, { method });
  return told(response.status, response.headers, (await response.text()) || '{}');
}

/** As the router answers it. */
async function askRoute(url: string): Promise<Told> {
  const { statusCode, headers, body } = await room.running.app.inject({ url });
  return told(statusCode, Object.entries(headers), body);
}

/** Stands before the route. */
const theGuard = () => vi.spyOn(PrincipalGuard.prototype, 'canActivate');

describe('the fast path to a balance', () => {
  it('tells a shopper what the route tells, without it', async () => {
    const url = address('', 7);
    const guard = theGuard();
    const answer = await ask(url);
    expect(answer).toMatchObject({ status: 200, body: { customerId: 7, available: 30, nextExpiry: { points: 30 } } });
    expect(guard).not.toHaveBeenCalled();
    expect(await askRoute(url)).toEqual(answer);
    expect(guard).toHaveBeenCalledOnce();
  });

  it.each<[string, () => string, number]>([
    ['is not signed in', () => address('', null), 401],
    ['is signed by somebody else', () => `${address('', 7)}0`, 401],
    ['comes from a shop that nobody knows', () => address('', 7, { merchantId: 99 }), 404],
    ['names a customer', () => address('?customerId=8', 9), 200],
    ['names one that cannot be', () => address('?customerId=seven', 9), 400],
    ['signed it long ago', () => address('', 7, { now: new Date(0) }), 401],
    ['has no signature', () => `${path}?customerId=7`, 401],
  ])('says what the route says to whoever %s', async (_, of, status) => {
    const url = of();
    const answer = await ask(url);
    expect(answer.status).toBe(status);
    expect(await askRoute(url)).toEqual(answer);
  });

  it('counts with the route, tells how much is left, and refuses as the route does', async () => {
    const url = address('', 10);
    const limits = async () => (await fetch(room.running.url + url)).headers.get('ratelimit');
    for (let nth = 1; nth < limit / 2; nth += 1) expect(await limits()).toBeNull();
    await askRoute(url);
    expect(await limits()).toMatch(/^"shopper";r=3;t=\d+$/);
    for (let nth = 0; nth < 3; nth += 1) await ask(url);
    const refusal = await ask(url);
    expect(refusal).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    const seconds = /^\d+$/;
    expect(refusal.headers['retry-after']).toMatch(seconds);
    expect(await askRoute(url)).toEqual({
      ...refusal,
      headers: { ...refusal.headers, 'retry-after': expect.stringMatching(seconds) as string },
    });
  });

  it('is for reading, and only at this very address', async () => {
    const url = address('', 11);
    const guard = theGuard();
    expect(await ask(url, 'HEAD')).toMatchObject({ status: 200 });
    expect((await ask(url, 'POST')).status).toBe(404);
    expect(await ask(url.replace('/balance?', '/balance/?'))).toMatchObject({ status: 404 });
    expect(await ask(url.replace('/points/', '/%70oints/'))).toMatchObject({ status: 200 });
    expect(guard).toHaveBeenCalledTimes(2);
  });

  it('says so, and to operators whose it was, when the database is away', async () => {
    const warn = vi.spyOn(room.logger, 'warn');
    await ask(address('', 12));
    door.shut();
    const answer = await ask(address('', 13));
    expect(answer).toMatchObject({ status: 503, body: { code: 'database-unavailable' } });
    expect(await askRoute(address('', 13))).toEqual(answer);
    const [first, second] = warn.mock.calls.filter(([, code]) => code === 'database-unavailable');
    const line = { method: 'GET', path, merchant_id: 1, shop_domain: 'shop-1.myshopify.com' };
    expect(first?.[0]).toMatchObject(line);
    expect(second?.[0]).toMatchObject(line);
  });

  it('does not mind whoever hangs up before the answer', async () => {
    door.silence();
    const letIn = vi.spyOn(Shoppers.prototype, 'letIn');
    const gaveUp = new AbortController();
    const asking = fetch(room.running.url + address('', 14), { signal: gaveUp.signal });
    await vi.waitFor(() => expect(letIn).toHaveBeenCalledOnce());
    gaveUp.abort();
    await expect(asking).rejects.toThrow('aborted');
    door.open();
    expect((await ask(address('', 14))).status).toBe(200);
  });

  it('is closed once the process leaves, so that callers are told to go elsewhere', async () => {
    const leaving = await openMerchantRoom('2026-03-02T00:00:00Z', { DRAIN_MS: '5000' });
    await leaving.install(1);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const url = leaving.running.url + address('', 7);
    expect(await lastWord(url, agent)).toEqual({ status: 200, connection: 'keep-alive' });
    const left = leaving.close();
    await expect.poll(() => (leaving.running.app.getHttpServer() as Server).listening).toBe(false);
    expect(await lastWord(url, agent)).toEqual({ status: 200, connection: 'close' });
    await left;
  });
});

/** What an answer says of the connection that it came over. */
function lastWord(url: string, agent: Agent): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((settle, fail) => {
    get(url, { agent }, (answer) => {
      answer.resume().once('end', () => settle({ status: answer.statusCode, connection: answer.headers.connection }));
    }).once('error', fail);
  });
}
