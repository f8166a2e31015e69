import { randomUUID } from 'node:crypto';
import { connect } from 'node:http2';
import { request as requestOverTls } from 'node:https';
import { createServer as createHttp2 } from 'node:http2';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { aFront, anUpstream, nobody, saying, service, statuses } from './front.ts';

const post = (url: string, headers: Record<string, string> = {}, body = '{}') =>
  fetch(url, { method: 'POST', headers, body });

describe('nginx in front of services', () => {
  it('leads addresses and topics to who owns them, with the address as it came', async () => {
    const [points, auth, pages] = [await saying('points'), await saying('auth'), await saying('pages')];
    const front = await aFront(
      [
        service('points', [points], { paths: ['/v1/api/points/balance'], topics: ['orders/create'] }),
        service('auth', [auth], { paths: ['/v1/api/auth/login'], topics: ['app/uninstalled'] }),
      ],
      { pages: [pages.address] },
    );
    const query = '?shop=a.myshopify.com&a=%2B%20x&a=2&signature=0';
    expect(await (await fetch(`${front.url}/v1/api/points/balance${query}`)).text()).toBe('points');
    expect(points.seen[0]).toMatchObject({
      url: `/v1/api/points/balance${query}`,
      headers: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http', host: front.url.slice(7) },
    });
    expect(await (await fetch(`${front.url}/v1/api/auth/login`)).text()).toBe('auth');
    expect(await (await fetch(`${front.url}/customers`)).text()).toBe('pages');
    for (const [topic, owner] of [
      ['orders/create', 'points'],
      ['app/uninstalled', 'auth'],
      ['carts/create', 'points'],
    ] as const) {
      const answer = await post(`${front.url}/webhooks/shopify`, { 'x-shopify-topic': topic });
      expect([topic, await answer.text()]).toEqual([topic, owner]);
    }
  });

  it('knows a caller by what the proxy before it says, and not by what the caller says', async () => {
    const points = await saying('points');
    const doors = { paths: ['/v1/api/points'] };
    const behind = await aFront([service('points', [points], doors)], {
      trusted: [],
      proxies: ['127.0.0.0/8', '10.0.0.0/8'],
    });
    // What the caller claims comes first, then what each proxy has seen.
    const headers = { 'x-forwarded-for': '192.0.2.1, 203.0.113.9, 10.0.0.7' };
    await fetch(`${behind.url}/v1/api/points`, { headers });
    expect(points.seen[0]?.headers['x-forwarded-for']).toBe('203.0.113.9');
    const first = await aFront([service('points', [points], doors)]);
    await fetch(`${first.url}/v1/api/points`, { headers });
    expect(points.seen[1]?.headers['x-forwarded-for']).toBe('127.0.0.1');
  });

  it('asks another process of the service when one is away, and tells nobody', async () => {
    const alive = await saying('alive');
    const front = await aFront([service('points', [await nobody(), alive], { topics: ['orders/create'] })]);
    for (let time = 0; time < 20; time += 1) {
      const answer = await post(`${front.url}/webhooks/shopify`, { 'x-shopify-topic': 'orders/create' });
      expect([answer.status, await answer.text()]).toEqual([200, 'alive']);
    }
    expect(alive.seen.length).toBe(20);
  });

  it('sends again only what may be done twice, when a connection breaks before the answer', async () => {
    const cut = () => anUpstream((incoming) => incoming.socket.destroy());
    const [one, other] = [await cut(), await cut()];
    const front = await aFront([service('points', [one, other], { paths: ['/v1/api/points/redeem'] })]);
    for (const method of ['POST', 'PATCH', 'GET', 'PUT', 'DELETE']) {
      expect((await fetch(`${front.url}/v1/api/points/redeem`, { method })).status).toBe(503);
    }
    const times = Object.groupBy([...one.seen, ...other.seen], ({ method = '' }) => method);
    expect(Object.entries(times).map(([method, all]) => [method, all?.length])).toEqual([
      ['POST', 1],
      ['PATCH', 1],
      ['GET', 2],
      ['PUT', 2],
      ['DELETE', 2],
    ]);
  });

  it('does not ask again for what was answered, even with an error', async () => {
    const failing = () => anUpstream((_incoming, outgoing) => outgoing.writeHead(500).end('mine'));
    const [one, other] = [await failing(), await failing()];
    const front = await aFront([service('points', [one, other], { paths: ['/v1/api/points'] })]);
    const answer = await fetch(`${front.url}/v1/api/points`, { method: 'PUT' });
    expect([answer.status, await answer.text()]).toEqual([500, 'mine']);
    expect(one.seen.length + other.seen.length).toBe(1);
  });

  it('answers in the words of services when none is there, and when a body is too large', async () => {
    const front = await aFront([service('points', [await nobody()], { paths: ['/v1/api/points'] })]);
    const away = await fetch(`${front.url}/v1/api/points`);
    expect([away.status, away.headers.get('content-type'), away.headers.get('retry-after')]).toEqual([
      503,
      'application/problem+json; charset=utf-8',
      '2',
    ]);
    expect(await away.json()).toMatchObject({ code: 'overloaded', status: 503 });
    const large = await post(`${front.url}/webhooks/shopify`, {}, 'x'.repeat(17 * 1024 * 1024));
    expect([large.status, (await large.json()) as unknown]).toEqual([
      413,
      expect.objectContaining({ code: 'body-too-large' }),
    ]);
  });

  it('refuses who asks too often, and never a webhook', async () => {
    const points = await saying('points');
    const doors = { paths: ['/v1/api/points'], topics: ['orders/create'] };
    const front = await aFront([service('points', [points], doors)], { trusted: [] });
    const many = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 400 }, ask));
    const asked = await many(() => fetch(`${front.url}/v1/api/points?shop=a&signature=1&logged_in_customer_id=5`));
    const refused = asked.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(100);
    expect([refused[0]?.headers.get('retry-after'), await refused[0]?.json()]).toEqual([
      '2',
      expect.objectContaining({ code: 'too-many-requests' }),
    ]);
    const neighbour = await fetch(`${front.url}/v1/api/points?shop=a&signature=1&logged_in_customer_id=6`);
    expect(neighbour.status).toBe(200);
    const delivered = await many(() => post(`${front.url}/webhooks/shopify`, { 'x-shopify-topic': 'orders/create' }));
    expect(delivered.every(({ status }) => status === 200)).toBe(true);
  });

  it('refuses an address that asks for ever new shops, and not one that asks for many at once', async () => {
    const away = service('points', [await nobody()], { paths: ['/v1/api/points'] });
    const here = service('auth', [await saying('auth')], { paths: ['/v1/api/auth'] });
    const busy = await aFront([away, here], { trusted: [] });
    const many = { count: 500, path: () => `/v1/api/auth?signature=x&shop=${randomUUID()}` };
    expect(await statuses(busy, many)).toEqual({ 200: 500 });
    // Of a service that is away, so that answers do not take longer than the limit gives back.
    for (const path of ['/v1/api/points', '/widget/none.js', '/widget/loader.js']) {
      const front = await aFront([away], { trusted: [] });
      const flood = { count: 3_000, path: () => `${path}?signature=x&shop=${randomUUID()}` };
      const { 429: refused = 0, 503: passed = 0 } = await statuses(front, flood);
      expect([path, refused + passed]).toEqual([path, 3_000]);
      expect(passed).toBeGreaterThanOrEqual(1_000);
      expect(refused).toBeGreaterThan(0);
      const answer = await fetch(front.url + flood.path());
      expect([429, 503]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    }
  });

  it('shows health details and its own figures to our networks alone', async () => {
    const points = await saying('points');
    const [own, foreign] = [
      await aFront([service('points', [points], {})]),
      await aFront([service('points', [points], {})], { trusted: ['10.0.0.0/8'] }),
    ];
    for (const path of ['/readyz', '/nginx-status']) {
      expect([path, (await fetch(own.url + path)).status]).toEqual([path, 200]);
      const refused = await fetch(foreign.url + path);
      expect([path, refused.status, await refused.json()]).toEqual([
        path,
        403,
        expect.objectContaining({ code: 'forbidden' }),
      ]);
    }
    expect((await fetch(`${foreign.url}/healthz`)).status).toBe(200);
  });

  it('lets WebSockets through on their address', async () => {
    const points = await saying('points');
    points.server.on('upgrade', (_incoming, socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhello');
    });
    const front = await aFront([service('points', [points], { sockets: ['/api/points/stream'] })]);
    const asking = request(`${front.url}/api/points/stream`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket' },
    });
    const heard = new Promise<string>((settle, fail) => {
      asking.once('error', fail).once('upgrade', (_answer, socket, head) => {
        if (head.length > 0) settle(head.toString());
        socket.once('data', (chunk: Buffer) => settle(chunk.toString()));
        onTestFinished(() => void socket.destroy());
      });
    });
    asking.end();
    expect(await heard).toBe('hello');
  });

  it('speaks TLS', async () => {
    const points = await saying('points');
    const front = await aFront([service('points', [points], { paths: ['/v1/api/points'] })]);
    const status = await new Promise((settle, fail) => {
      requestOverTls(`${front.httpsUrl}/v1/api/points`, { rejectUnauthorized: false }, (answer) =>
        settle(answer.statusCode),
      )
        .once('error', fail)
        .end();
    });
    expect(status).toBe(200);
    expect(points.seen[0]?.headers['x-forwarded-proto']).toBe('https');
  });

  it('passes gRPC to whoever answers the procedure, with TLS and without, and keeps strangers out', async () => {
    const grpc = createHttp2((incoming, answer) => {
      answer.writeHead(200, { 'content-type': 'application/grpc' });
      answer.addTrailers({ 'grpc-status': '0' });
      answer.end(incoming.url);
    });
    await new Promise<void>((settle) => grpc.listen(0, '127.0.0.1', settle));
    onTestFinished(() => {
      grpc.close();
    });
    const answering = service('points', ['127.0.0.1:1'], { rpc: ['loyalnest.points.v1.PointsService'] });
    const points = { ...answering, rpc: [await nobody(), `127.0.0.1:${(grpc.address() as AddressInfo).port}`] };
    const front = await aFront([points]);
    const stranger = await aFront([points], { trusted: ['10.0.0.0/8'] });
    const path = '/loyalnest.points.v1.PointsService/GetBalance';
    for (const url of [front.rpcUrl, front.httpsUrl])
      expect(await call(url, path)).toEqual({ status: 200, body: path });
    expect(await call(front.rpcUrl, '/loyalnest.other.v1.Other/Do')).toMatchObject({ status: 404 });
    for (const url of [stranger.rpcUrl, stranger.httpsUrl])
      expect(await call(url, path)).toMatchObject({ status: 403 });
  });

  it('logs neither addresses nor queries', async () => {
    const front = await aFront([service('points', [await nobody()], { paths: ['/v1/api/points'] })]);
    await fetch(`${front.url}/v1/api/points/robin.reed?search=first.last@example.com`);
    await fetch(`${front.url}/assets/first.last@example.com.js`, { headers: { traceparent: 'robin' } });
    await post(`${front.url}/webhooks/shopify`, { 'x-shopify-topic': 'robin.reed' });
    await expect.poll(() => front.readLog()).toContain('"owner":"points"');
    expect(front.readLog()).not.toMatch(/first\.last|robin|search/);
  });
});

function call(url: string, path: string): Promise<{ status: unknown; body: string }> {
  const session = connect(url, { rejectUnauthorized: false });
  onTestFinished(() => session.close());
  return new Promise((settle, fail) => {
    session.once('error', fail);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status: unknown;
    let body = '';
    stream.once('response', (headers) => (status = headers[':status']));
    stream.on('data', (chunk: Buffer) => (body += chunk.toString()));
    stream.once('error', fail).once('end', () => settle({ status, body }));
    stream.end();
  });
}
