import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.ts';

type Rooms = readonly { service: { name: string }; database: Database }[];

/** Whether each service reaches its database. */
export async function checkRooms(rooms: Rooms): Promise<{ isReady: boolean; services: Record<string, boolean> }> {
  const checks = await Promise.all(
    rooms.map(async ({ service, database }) => [service.name, await isReachable(database)] as const),
  );
  return { isReady: checks.every(([, reachable]) => reachable), services: Object.fromEntries(checks) };
}

/** `/healthz`: the process lives. `/readyz`: every service reaches its database. */
export function addHealth(app: NestFastifyApplication, rooms: Rooms): void {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  fastify.get('/readyz', async (_request, reply) => {
    const { isReady, services } = await checkRooms(rooms);
    await reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ok' : 'unavailable', services });
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
