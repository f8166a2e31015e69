import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { AdminClient, type AdminResult } from '@loyalnest/shopify/admin/admin-client';
import { ShopDirectory, type Shop } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { OrderIntake, PoisonOrder } from '../intake/order-intake.ts';
import { UnusableOrder } from '../orders/shopify-order.ts';
import { adminOrderFacts } from './admin-order.ts';
import {
  findChangedOrders,
  readOrder,
  type AdminLineItem,
  type AdminOrder,
  type ChangedOrder,
  type ChangedOrders,
  type OrderPage,
} from './orders.graphql.ts';
import { findUpdatedAt, findWatermark, recordRound } from './reconciliation.repository.ts';

/** Batch work may wait long for Shopify's points; a page or an order that takes longer is a failure. */
const deadlineMs = 60_000;
/** Shopify's search index runs behind its orders; looking back this far finds what was indexed late. */
const overlapMs = 10 * 60 * 1_000;

/** What keeps one order from being posted, and not those after it. */
const notPostable = 'not-postable';

export type ReconcileResult = {
  shopDomain: string;
  checked: number;
  missed: number;
  /** Ids of orders that cannot be posted as they are. */
  notPosted: number[];
  /** What ended it before its time, or `not-postable`. */
  failure: string | null;
};

/** Compares a shop's orders at Shopify with the ledger's, and posts what was never delivered. */
@Injectable()
export class Reconciliation {
  constructor(
    private readonly admin: AdminClient,
    private readonly intake: OrderIntake,
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  async installedShops(): Promise<Shop[]> {
    return (await this.directory.listShops()).filter((shop) => shop.isInstalled);
  }

  /**
   * Everything that changed at Shopify since the shop's watermark, then moves the watermark: up to the first order that cannot
   * be posted, so that it is looked at again until it can.
   */
  async reconcile(shop: Shop): Promise<ReconcileResult> {
    const { merchantId, shopDomain } = shop;
    const watermark = await this.database.forMerchant(merchantId, (tx) => findWatermark(tx, merchantId));
    const result: ReconcileResult = { shopDomain, checked: 0, missed: 0, notPosted: [], failure: null };
    if (!watermark) return result;
    let seen = watermark;
    let stuckAtMs = Infinity;
    let after: string | null = null;
    do {
      const search = `updated_at:>='${new Date(watermark.getTime() - overlapMs).toISOString()}'`;
      const page: AdminResult<ChangedOrders> = await this.admin.execute(findChangedOrders, {
        shop,
        variables: { search, after },
        deadlineMs,
      });
      if (page.outcome !== 'ok') {
        result.failure = page.outcome;
        break;
      }
      const { nodes, pageInfo }: ChangedOrders['orders'] = page.data.orders;
      const missed = await this.missedOf(merchantId, nodes);
      for (const { id, updatedAt } of missed) {
        const failure = await this.refresh(shop, id);
        if (failure === notPostable) {
          result.notPosted.push(numberOf(id));
          stuckAtMs = Math.min(stuckAtMs, Date.parse(updatedAt));
        } else if (failure) {
          result.failure = failure;
          break;
        } else result.missed += 1;
      }
      if (result.failure) break;
      result.checked += nodes.length;
      for (const node of nodes) seen = new Date(Math.max(seen.getTime(), Date.parse(node.updatedAt)));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    if (stuckAtMs < Infinity) result.failure ??= notPostable;
    const { checked, missed, failure } = result;
    await this.database.forMerchant(merchantId, (tx) =>
      recordRound(tx, {
        merchantId,
        watermark: new Date(Math.min(seen.getTime(), stuckAtMs)),
        checkedAt: this.clock.now(),
        checked,
        missed,
        failure,
      }),
    );
    return result;
  }

  /** Reads one order from Shopify and posts it as it stands. Returns why it could not, or `null`. */
  async refresh(shop: Shop, orderGid: string): Promise<string | null> {
    const lines: AdminLineItem[] = [];
    let order: AdminOrder | null = null;
    let after: string | null = null;
    do {
      const page: AdminResult<OrderPage> = await this.admin.execute(readOrder, {
        shop,
        variables: { id: orderGid, after },
        deadlineMs,
      });
      if (page.outcome !== 'ok') return page.outcome;
      ({ order } = page.data);
      if (!order) return null;
      lines.push(...order.lineItems.nodes);
      after = order.lineItems.pageInfo.hasNextPage ? order.lineItems.pageInfo.endCursor : null;
    } while (after !== null);
    try {
      const { legacyResourceId: orderId } = order;
      await this.intake.submit({ merchantId: shop.merchantId, orderId, facts: adminOrderFacts(order, lines) });
      return null;
    } catch (error) {
      if (error instanceof PoisonOrder || error instanceof UnusableOrder) return notPostable;
      throw error;
    }
  }

  private async missedOf(merchantId: number, nodes: readonly ChangedOrder[]): Promise<ChangedOrder[]> {
    const byId = new Map(nodes.map((node) => [numberOf(node.id), node]));
    const known = await this.database.forMerchant(merchantId, (tx) => findUpdatedAt(tx, merchantId, [...byId.keys()]));
    return [...byId]
      .filter(([id, node]) => (known.get(id) ?? -Infinity) < Date.parse(node.updatedAt))
      .map(([, node]) => node);
  }
}

function numberOf(gid: string): number {
  return Number(gid.split('/').at(-1));
}
