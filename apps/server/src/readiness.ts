import type { FastifyInstance } from 'fastify';

const askTimeoutMs = 3_000;

/** As `/healthz` and `/readyz` of the whole in one process: ready when each service says that it is. */
export function addReadiness(server: FastifyInstance, serviceUrls: string | undefined): void {
  const services = (serviceUrls?.split(',') ?? []).map((entry) => entry.split('=', 2) as [string, string]);
  server.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const checks = await Promise.all(services.map(async ([name, url]) => [name, await isReady(url)] as const));
    const areReady = checks.every(([, ready]) => ready);
    await reply
      .status(areReady ? 200 : 503)
      .send({ status: areReady ? 'ok' : 'unavailable', services: Object.fromEntries(checks) });
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(askTimeoutMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
