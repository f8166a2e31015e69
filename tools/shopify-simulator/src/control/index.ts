import type { FastifyInstance } from 'fastify';
import { API_VERSION } from '../admin/schema.ts';
import { answerErrors } from '../http/problem.ts';
import type { World } from '../world.ts';
import { registerBulk } from './bulk.ts';
import { registerCustomers } from './customers.ts';
import { registerDiscounts } from './discounts.ts';
import { registerOrders } from './orders.ts';
import { registerShops } from './shops.ts';
import { addressesOf } from './views.ts';
import { registerWebhookControl } from './webhooks.ts';

/** `/control/*`: what people do in the shop and its admin, and what is made to go wrong. */
export function registerControl(app: FastifyInstance, world: World): void {
  void app.register(
    async (scope) => {
      answerErrors(scope);
      scope.get('/', ({ host }) => status(world, host));
      scope.get('/statistics', ({ host }) => status(world, host));
      registerShops(scope, world);
      registerCustomers(scope, world);
      registerOrders(scope, world);
      registerDiscounts(scope, world);
      registerBulk(scope, world);
      registerWebhookControl(scope, world);
    },
    { prefix: '/control' },
  );
}

function status(world: World, host: string) {
  return {
    apiVersion: API_VERSION,
    appUrl: world.appUrl,
    now: new Date(world.clock.now()).toISOString(),
    shops: [...world.store.shops.values()].map((state) => ({
      domain: state.domain,
      customers: state.customers.size,
      orders: state.orders.size,
      ...addressesOf(world, state, host),
    })),
    pending: world.courier.pending(),
    retrying: world.courier.retrying(),
    deliveries: world.ledger.counters({}).total,
    frames: frameChecks(world),
    memoryMb: Math.round(process.memoryUsage.rss() / 1_048_576),
  };
}

function frameChecks({ frameChecks: { refused, failed, latest } }: World) {
  return { refused, failed, latest };
}
