import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { describe, expect, it, onTestFinished } from 'vitest';
import { prepareLeaving } from '../../src/http/leave.ts';

async function aServer(): Promise<{ server: FastifyInstance; leave: (ms: number) => Promise<void>; url: string }> {
  const server = fastify();
  const leave = prepareLeaving(server);
  server.get('/', (_request, reply) => reply.send('here'));
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close());
  return { server, leave, url };
}

/** Asks over one connection that stays open, as a proxy does. */
function ask(url: string, agent: Agent): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((settle, fail) => {
    request(url, { agent }, (answer) => {
      answer.resume().once('end', () => settle({ status: answer.statusCode, connection: answer.headers.connection }));
    })
      .once('error', fail)
      .end();
  });
}

describe('a server that leaves', () => {
  it('answers once more on a connection that was open, and lets nobody new in', async () => {
    const { leave, url, server } = await aServer();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'keep-alive' });
    const left = leave(5_000);
    await sleep(100);
    await expect(ask(url, new Agent())).rejects.toThrow('ECONNREFUSED');
    expect(await ask(url, agent)).toEqual({ status: 200, connection: 'close' });
    const startMs = performance.now();
    await left;
    expect(performance.now() - startMs).toBeLessThan(3_000);
    await server.close();
  });

  it('does not wait longer than it is told, nor at all when it is not', async () => {
    const { leave, url } = await aServer();
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    await ask(url, agent);
    await leave(0);
    expect(await ask(url, agent)).toMatchObject({ connection: 'keep-alive' });
    const startMs = performance.now();
    await leave(200);
    expect(performance.now() - startMs).toBeGreaterThan(190);
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });
});
