import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findInstance } from '@loyalnest/dev/instance';
import { prepareHome } from '@loyalnest/dev/home';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { faults } from '../src/faults.ts';
import { Toxiproxy } from '../src/toxiproxy/toxiproxy.ts';
import { familyOf, signalFamily } from '../src/whole/processes.ts';
import type { Target } from '../src/whole/target.ts';

describe.runIf(process.platform === 'linux')('a process that is stopped', () => {
  it('stands still with all that it has started, and goes on afterwards', async () => {
    const child = spawn('/bin/sh', ['-c', 'sleep 60 & sleep 60 & wait']);
    const pid = child.pid ?? 0;
    onTestFinished(() => signalFamily(pid, 'SIGKILL'));
    await expect.poll(() => familyOf(pid).length).toBe(3);
    signalFamily(pid, 'SIGSTOP');
    const states = () =>
      familyOf(pid).map((member) => / ([A-Z]) /.exec(readFileSync(`/proc/${member}/stat`, 'utf8'))?.[1]);
    await expect.poll(states).toEqual(['T', 'T', 'T']);
    signalFamily(pid, 'SIGCONT');
    await expect.poll(states).toEqual(['S', 'S', 'S']);
  });
});

describe('faults of a connection', () => {
  const home = mkdtempSync(join(tmpdir(), 'loyalnest-chaos-test-'));
  let toxiproxy: Toxiproxy;
  let echo: Server;
  let port: number;
  const target: Target = {
    name: 'postgres',
    proxies: ['echo'],
    pids: () => [],
    kill: () => Promise.resolve(),
    restart: () => Promise.resolve(),
  };

  beforeAll(async () => {
    echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    port = await freePort();
    const instance = findInstance({ LOYALNEST_HOME: home });
    prepareHome(instance);
    toxiproxy = await Toxiproxy.start(instance, { port: await freePort(), signal: new AbortController().signal });
    await toxiproxy.add('echo', { listen: port, upstream: (echo.address() as AddressInfo).port });
  }, 300_000);

  afterAll(async () => {
    await toxiproxy?.part.stop();
    echo.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function opened(): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  /** What comes back within that time; `undefined` when the connection ends. */
  async function said(socket: Socket, text: string, withinMs: number): Promise<string | undefined> {
    let heard = '';
    const hear = (chunk: Buffer) => (heard += chunk.toString());
    socket.on('data', hear).resume();
    socket.write(text);
    const closed = once(socket, 'close').then(() => true);
    const isClosed = await Promise.race([closed, sleep(withinMs, false)]);
    // What comes later waits for whoever listens next.
    socket.pause().off('data', hear);
    return isClosed ? undefined : heard;
  }

  it('refused: it breaks, and nobody takes a new one until it is over', async () => {
    const { begin, end } = faults.refused();
    const socket = await opened();
    const closed = once(socket, 'close');
    await begin(target, toxiproxy);
    await closed;
    await expect(opened()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await end(target, toxiproxy);
    expect(await said(await opened(), 'hello', 1_000)).toBe('hello');
  });

  it('reset: what was asked arrives, and the answer does not', async () => {
    const { begin, end } = faults.reset();
    await begin(target, toxiproxy);
    // Each second there are 0.3 s in which the answer does not come; a question every 0.25 s meets them. The reset may
    // come as early as the connection.
    const asked = async () => {
      try {
        return await said(await opened(), 'hello', 200);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return undefined;
        throw error;
      }
    };
    await expect.poll(asked).toBeUndefined();
    await end(target, toxiproxy);
    expect(await said(await opened(), 'hello', 1_000)).toBe('hello');
  });

  it('slow: a byte a second, and all of the rest when it is over', async () => {
    const { begin, end } = faults.slow();
    const socket = await opened();
    await begin(target, toxiproxy);
    const heard = await said(socket, 'hello', 2_500);
    expect(heard).toMatch(/^h(e(l)?)?$/);
    await end(target, toxiproxy);
    expect(`${heard}${await said(socket, '', 3_000)}`).toBe('hello');
  });

  it('latency: the answer comes after five seconds', async () => {
    const { begin, end } = faults.latency();
    const socket = await opened();
    await begin(target, toxiproxy);
    expect(await said(socket, 'hello', 4_500)).toBe('');
    expect(await said(socket, '', 1_500)).toBe('hello');
    await end(target, toxiproxy);
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
