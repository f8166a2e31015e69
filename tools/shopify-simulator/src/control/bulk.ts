import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { createBulk } from '../bulk/bulk.ts';
import { rowBody, ROWS_MAX } from '../bulk/row.ts';
import { ControlError, parseBody } from '../http/problem.ts';
import type { World } from '../world.ts';
import { getState } from './scope.ts';

const probability = z.number().min(0).max(1).default(0);

const bulkBody = z.strictObject({
  rows: z.array(rowBody).max(ROWS_MAX),
  deliver: z
    .strictObject({
      duplicate: probability,
      reorder: probability,
      ratePerSecond: z.number().positive().optional(),
      seed: z.union([z.string(), z.number()]).transform(String).default('replay'),
    })
    .prefault({}),
  /** Changes happened when the rows say, or now. */
  updatedAt: z.enum(['row', 'now']).default('row'),
  /** Also `customers/create` for customers that a row brings. */
  customerWebhooks: z.boolean().default(false),
});

export function registerBulk(scope: FastifyInstance, world: World): void {
  const bulk = createBulk(world);
  scope.addHook('onClose', () => bulk.close());

  scope.post('/shops/:shop/bulk', (request, reply) => {
    const state = getState(world, request);
    const { rows, deliver, updatedAt, customerWebhooks } = parseBody(bulkBody, request.body);
    const { ratePerSecond, ...disorder } = deliver;
    const result = bulk.play(state, rows, { ...disorder, ratePerSecond, updatedAt, customerWebhooks });
    if (result.outcome === 'full') {
      void reply.header('Retry-After', '1');
      throw new ControlError(429, 'too many deliveries are pending; try again when some are delivered');
    }
    const { counts, rejected, waitingForOrder } = result;
    return { ...counts, rejected, waitingForOrder };
  });
  scope.get('/shops/:shop/bulk', (request) => {
    const state = getState(world, request);
    return {
      ...bulk.progress(state),
      pending: world.courier.pending(),
      retrying: world.courier.retrying(),
      deliveries: world.ledger.counters({ shop: state.domain }).total,
    };
  });
}
