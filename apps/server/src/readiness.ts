import type { FastifyInstance } from 'fastify';

const askTimeoutMs = 3_000;

/**
 * As `/healthz` and `/readyz` of the whole in one process: ready when each service says that it is. Of a service that is
 * named more than once, for each of its processes, one is enough: whoever asks it is led to that one.
 */
export function addReadiness(server: FastifyInstance, serviceUrls: string | undefined): void {
  const entries = (serviceUrls?.split(',') ?? []).map((entry) => entry.split('=', 2) as [string, string]);
  const services = Map.groupBy(entries, ([name]) => name);
  server.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const checks = await Promise.all(
      [...services].map(async ([name, urls]) => [name, await isAnyReady(urls)] as const),
    );
    const areReady = checks.every(([, ready]) => ready);
    await reply
      .status(areReady ? 200 : 503)
      .send({ status: areReady ? 'ok' : 'unavailable', services: Object.fromEntries(checks) });
  });
}

async function isAnyReady(processes: readonly (readonly [string, string])[]): Promise<boolean> {
  try {
    return await Promise.any(processes.map(([, url]) => assertReady(url)));
  } catch {
    return false;
  }
}

async function assertReady(url: string): Promise<true> {
  const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(askTimeoutMs) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${url} is not ready`);
  return true;
}
