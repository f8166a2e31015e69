import { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

const pollMs = 25;

/**
 * Makes a server able to go without cutting anybody off. It takes no new connections then, answers on those that are open
 * for a while, and says with each answer that it was the last. A proxy in front sends what comes next elsewhere; were an
 * unused connection of its cut instead, it might be sending on it at that moment, and could not know whether it was heard.
 */
export function prepareLeaving(fastify: FastifyInstance): (patienceMs: number) => Promise<void> {
  let isLeaving = false;
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isLeaving) void reply.header('connection', 'close');
    done(null, payload);
  });
  return async (patienceMs) => {
    if (patienceMs === 0) return;
    isLeaving = true;
    const { server } = fastify;
    // That of HTTP closes unused connections, too.
    Server.prototype.close.call(server);
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs && (await countConnections(server)) > 0) await sleep(pollMs);
  };
}

function countConnections(server: Server): Promise<number> {
  return new Promise((settle) => server.getConnections((error, count) => settle(error ? 0 : count)));
}
