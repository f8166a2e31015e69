import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@loyalnest/contracts/errors';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Realtime } from '../../src/realtime/realtime.ts';
import { SocketDoor } from '../../src/realtime/socket-door.ts';
import { streamLimits, type Stream, type StreamLimits } from '../../src/realtime/stream.ts';

/** A service that lets in whoever names himself, for a while, and tells nothing. */
class AnyName implements Stream {
  readonly path = '/stream';
  readonly types = [];
  constructor(private readonly openMs: number) {}

  admit(token: string) {
    if (token === '') throw new AppError('unauthenticated');
    return { topic: { merchantId: 1, key: token }, holder: token, openMs: this.openMs };
  }

  tell = () => Promise.resolve([]);
}

/** Nothing ever happens. */
const stillness: Realtime = {
  join: (subscriber) => subscriber.joined({ xid: '1', id: 0, at: new Date() }),
  leave: () => undefined,
  start: () => undefined,
  stop: () => Promise.resolve(),
};

let server: Server;
let door: SocketDoor;
const clients: WebSocket[] = [];

async function open(options: { limits?: Partial<StreamLimits>; openMs?: number } = {}): Promise<void> {
  server = createServer((_request, response) => response.writeHead(404).end());
  const paths = [{ stream: new AnyName(options.openMs ?? 60_000), realtime: stillness }];
  door = new SocketDoor({ paths, limits: { ...streamLimits, ...options.limits } });
  door.open(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

function connect(path = '/stream'): WebSocket {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

/** Resolves when the server has welcomed the client. */
function welcomed(name = 'somebody'): Promise<WebSocket> {
  const client = connect();
  client.once('open', () => client.send(JSON.stringify({ type: 'hello', token: name, after: null })));
  return new Promise((resolve) => client.once('message', () => resolve(client)));
}

const closeOf = (client: WebSocket) => new Promise<number>((resolve) => client.once('close', resolve));

const refusalOf = (client: WebSocket) =>
  new Promise<number | undefined>((resolve) =>
    client.once('unexpected-response', (_request, response) => resolve(response.statusCode)),
  );

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await door.close();
  await new Promise((resolve) => server.close(resolve));
});

describe('the door for sockets', () => {
  it('sends a client away when its time is up, so that it shows a new token', async () => {
    await open({ openMs: 500, limits: { pingMs: 1_000 } });
    expect(await closeOf(await welcomed())).toBe(4000);
    await expect.poll(() => door.socketCount).toBe(0);
  });

  it('keeps a client that answers pings, and cuts off one that does not', async () => {
    await open({ limits: { pingMs: 1_000 } });
    const [answering, silent] = [await welcomed('a'), await welcomed('b')];
    let pings = 0;
    answering.on('ping', () => (pings += 1));
    silent.pause();
    await expect.poll(() => door.socketCount).toBe(1);
    await expect.poll(() => pings).toBeGreaterThan(2);
    expect(answering.readyState).toBe(WebSocket.OPEN);
  });

  it('answers 503 to those for whom there is no room, and lets them in when there is', async () => {
    await open({ limits: { socketsMax: 1 } });
    const first = await welcomed();
    expect(await refusalOf(connect())).toBe(503);
    first.close();
    await closeOf(first);
    await expect.poll(() => door.socketCount).toBe(0);
    await welcomed();
  });

  it('bounds those who have not said hello', async () => {
    await open({ limits: { strangersMax: 1 } });
    const stranger = connect();
    await new Promise((resolve) => stranger.once('open', resolve));
    expect(await refusalOf(connect())).toBe(503);
  });

  it('sends everybody away when it closes, and lets nobody in any more', async () => {
    await open();
    const closes = [await welcomed('a'), await welcomed('b')].map(closeOf);
    await door.close();
    expect(await Promise.all(closes)).toEqual([1001, 1001]);
    expect(await refusalOf(connect())).toBe(503);
  });

  it('does not wait long for clients that do not say goodbye', async () => {
    await open({ limits: { closeMs: 100 } });
    const silent = await welcomed();
    silent.pause();
    const beganMs = performance.now();
    await door.close();
    expect(performance.now() - beganMs).toBeLessThan(4_000);
    await expect.poll(() => door.socketCount).toBe(0);
  });

  it('leaves other paths and other protocols to ordinary requests', async () => {
    await open();
    expect(await refusalOf(connect('/elsewhere'))).toBe(404);
    const { port } = server.address() as AddressInfo;
    const status = await new Promise((resolve) => {
      const asked = request({ port, path: '/stream', headers: { connection: 'upgrade', upgrade: 'h2c' } });
      asked.once('response', (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(404);
  });
});
