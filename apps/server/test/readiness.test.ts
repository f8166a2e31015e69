import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fastify } from 'fastify';
import { expect, it, onTestFinished } from 'vitest';
import { addReadiness } from '../src/readiness.ts';

/** A process of a service that answers with this. */
async function aProcess(status: number): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status).end());
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function readinessOf(serviceUrls: string): Promise<{ status: number; body: unknown }> {
  const server = fastify();
  onTestFinished(() => server.close());
  addReadiness(server, serviceUrls);
  const answer = await server.inject('/readyz');
  return { status: answer.statusCode, body: answer.json() };
}

/** Refuses connections. */
const away = 'http://127.0.0.1:1';

it('is ready when one process of each service is, whichever it is', async () => {
  const [ready, unready] = [await aProcess(200), await aProcess(503)];
  expect(await readinessOf(`auth=${away},auth=${ready},points=${ready},points=${unready}`)).toEqual({
    status: 200,
    body: { status: 'ok', services: { auth: true, points: true } },
  });
});

it('is not ready when no process of one service is, and names it', async () => {
  const [ready, unready] = [await aProcess(200), await aProcess(503)];
  expect(await readinessOf(`auth=${ready},points=${away},points=${unready}`)).toEqual({
    status: 503,
    body: { status: 'unavailable', services: { auth: true, points: false } },
  });
});
