import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';

/** `/healthz`: the process lives. `/readyz`: every service reaches its database. */
export function addHealth(
  app: NestFastifyApplication,
  rooms: readonly { service: { name: string }; database: Database }[],
): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    const checks = await Promise.all(
      rooms.map(async ({ service, database }) => [service.name, await isReachable(database)] as const),
    );
    const isReady = checks.every(([, reachable]) => reachable);
    await reply
      .status(isReady ? 200 : 503)
      .send({ status: isReady ? 'ok' : 'unavailable', services: Object.fromEntries(checks) });
  });
}

async function isReachable(database: Database): Promise<boolean> {
  try {
    await database.pool.query('select 1');
    return true;
  } catch {
    return false;
  }
}
