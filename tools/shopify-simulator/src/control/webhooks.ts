import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { faultChange } from '../faults/fault-types.ts';
import { parseBody } from '../http/problem.ts';
import type { World } from '../world.ts';
import { getState, shopDomain } from './scope.ts';
import { deliveryView } from './views.ts';

const filter = z.object({
  shop: z.string().transform(shopDomain).optional(),
  topic: z.string().optional(),
  state: z.enum(['waiting', 'sending', 'retrying', 'delivered', 'failed', 'dropped']).optional(),
  webhookId: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(20_000).default(50),
});
const idle = z.object({ timeoutMs: z.coerce.number().int().min(0).max(600_000).default(30_000) });
const advance = z.strictObject({
  milliseconds: z.number().int().min(0).optional(),
  seconds: z.number().min(0).optional(),
  minutes: z.number().min(0).optional(),
  hours: z.number().min(0).optional(),
  days: z.number().min(0).optional(),
});

/** Deliveries, faults and the clock. */
export function registerWebhookControl(scope: FastifyInstance, world: World): void {
  const { courier, ledger, clock, faults } = world;

  scope.get('/deliveries', (request) => {
    const asked = parseBody(filter, request.query);
    return { ...ledger.counters(asked), deliveries: ledger.list(asked).map(deliveryView) };
  });
  scope.get('/deliveries/counters', (request) => ledger.counters(parseBody(filter, request.query)));
  scope.delete('/deliveries', () => {
    courier.clear();
    ledger.clear();
    return { cleared: true };
  });
  scope.post('/deliveries/retry', () => ({ retried: courier.retryNow() }));
  const waitForIdle = async (timeoutMs: number) => {
    const isIdle = await courier.idle(timeoutMs);
    return { idle: isIdle, pending: courier.pending(), retrying: courier.retrying() };
  };
  scope.get('/idle', (request) => waitForIdle(parseBody(idle, request.query).timeoutMs));

  scope.get('/clock', () => ({ now: new Date(clock.now()).toISOString() }));
  scope.post('/clock/advance', (request) => {
    const { milliseconds = 0, seconds = 0, minutes = 0, hours = 0, days = 0 } = parseBody(advance, request.body);
    clock.advance(milliseconds + 1_000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days))));
    return { now: new Date(clock.now()).toISOString() };
  });

  scope.get('/faults', () => faults.describe());
  scope.put('/faults', (request) => changeFaults(undefined, request.body));
  scope.delete('/faults', () => clearFaults(undefined));
  scope.put('/shops/:shop/faults', (request) => changeFaults(getState(world, request).domain, request.body));
  scope.delete('/shops/:shop/faults', (request) => clearFaults(getState(world, request).domain));

  const changeFaults = (shop: string | undefined, body: unknown) => {
    faults.change(shop, parseBody(faultChange, body));
    courier.resume();
    return faults.describe();
  };
  const clearFaults = (shop: string | undefined) => {
    faults.clear(shop);
    courier.resume();
    return faults.describe();
  };
}
