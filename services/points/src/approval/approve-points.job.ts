import { Clock } from '@loyalnest/platform/clock';
import { Database, isUnavailable, type Tx } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { retryLostRaces } from '../ledger/lost-race.ts';
import { postPlans } from '../ledger/post-plans.ts';
import { lockBalances } from '../ledger/posting.repository.ts';
import { TransferIds } from '../ledger/transfer-ids.ts';
import { readOrders, type OrderKey } from '../orders/order.repository.ts';
import { planApproval, type OrderPlan, type OrderState, type Programme } from '../orders/order-plan.ts';
import { findProgrammes } from '../programme/programme.repository.ts';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { findDueOrders, type DueOrder } from './approval.repository.ts';

/** Orders approved in one transaction, as many as the intake posts in one. */
const batchMax = 128;

/** Makes points available whose approval window has ended. */
@Injectable()
export class ApprovePoints implements Job {
  readonly name = 'approve-points';
  readonly schedule = { everyMs: 60_000 };
  readonly #ids: TransferIds;

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {
    this.#ids = new TransferIds(database);
  }

  async run(): Promise<void> {
    const now = this.clock.now();
    for (const merchantIds of await merchantBatches(this.directory)) {
      let due: DueOrder[] = [];
      do {
        const after = due.at(-1);
        due = await this.database.forMerchants(merchantIds, (tx) => findDueOrders(tx, { now, after, limit: batchMax }));
        await this.approve(due, now);
      } while (due.length === batchMax);
    }
  }

  private async approve(orders: readonly OrderKey[], now: Date): Promise<void> {
    if (orders.length === 0) return;
    try {
      const merchantIds = [...new Set(orders.map(({ merchantId }) => merchantId))];
      await retryLostRaces(() =>
        this.database.forMerchants(merchantIds, (tx) => this.approveIn(tx, { orders, merchantIds, now })),
      );
      this.signal.committed();
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (orders.length > 1) return this.approveEach(orders, now);
      this.logger.error({ err: error, ...orders[0] }, 'points not approved');
    }
  }

  /** One order that cannot be approved must not hold up the others. */
  private async approveEach(orders: readonly OrderKey[], now: Date): Promise<void> {
    for (const order of orders) await this.approve([order], now);
  }

  private async approveIn(tx: Tx, batch: Batch): Promise<void> {
    const balances = await lockBalances(tx, { customers: [], orders: batch.orders });
    const { orders } = await readOrders(tx, batch.orders);
    const programmes = await findProgrammes(tx, batch.merchantIds);
    const plans = orders
      .map((order) => planDueApproval(order, programmes, batch.now))
      .filter((plan) => plan.entries.length > 0);
    if (plans.length === 0) return;
    const nextTransferId = await this.#ids.block(plans.length, tx);
    await postPlans(tx, plans, { balances, now: batch.now, nextTransferId });
  }
}

type Batch = { orders: readonly OrderKey[]; merchantIds: readonly number[]; now: Date };

/** Nothing if another process has approved the order meanwhile. */
function planDueApproval(order: OrderState, programmes: ReadonlyMap<number, Programme>, now: Date): OrderPlan {
  if (!order.approveAt || order.approveAt > now) return { state: order, entries: [] };
  const programme = programmes.get(order.merchantId);
  if (!programme) throw new Error(`merchant ${order.merchantId} has no programme`);
  return planApproval(order, programme, now);
}
