import { Database } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { findShops, verifyLedger } from '@loyalnest/points/proof/verify-ledger';
import pg from 'pg';
import { duePoints, type Delivery, type Order, type Taken } from './model.ts';

export type Findings = {
  /** What was answered 200 and is not in the ledger, in words. */
  lost: string[];
  /** What is there more than once, or brought more than it may. */
  doubled: string[];
};

/** Looks at the ledger as its owner. */
export class Checks {
  readonly #ownerUrl: string;

  constructor(ownerUrl: string) {
    this.#ownerUrl = ownerUrl;
  }

  /** Acknowledged facts that PostgreSQL does not have. To be asked before anything of it is told again. */
  async findLost(deliveries: readonly Delivery[], taken: readonly Taken[]): Promise<string[]> {
    const orders = await this.#query<OrderRow>(
      `select order_id, refunds, cancelled_at is not null as is_cancelled
       from points.orders where order_id = any ($1::bigint[])`,
      [[...new Set(deliveries.map(({ fact }) => fact.order.orderId))]],
    );
    const byId = new Map(orders.map((order) => [Number(order.order_id), order]));
    const redemptions = await this.#query<{ redemption_id: string }>(
      'select redemption_id from points.reward_redemptions where redemption_id = any ($1::bigint[])',
      [taken.map(({ redemptionId }) => redemptionId)],
    );
    const found = new Set(redemptions.map((row) => Number(row.redemption_id)));
    return [
      ...deliveries
        .filter(({ fact }) => !isKnown(byId.get(fact.order.orderId), fact))
        .map(({ topic, fact }) => `${topic} of order ${fact.order.orderId}`),
      ...taken
        .filter(({ redemptionId }) => !found.has(redemptionId))
        .map(({ redemptionId }) => `redemption ${redemptionId}`),
    ];
  }

  /** Compares what each order brought with what it should have. To be asked when everything was told. */
  async compareOrders(orders: readonly Order[]): Promise<Findings> {
    const rows = await this.#query<{ order_id: string; points: string }>(
      `select order_id, sum(case kind when 'earn' then points when 'clawback' then -points - shortfall else 0 end) as points
       from points.points_transactions where order_id is not null group by order_id`,
    );
    const posted = new Map(rows.map((row) => [Number(row.order_id), Number(row.points)]));
    const differing = (isWrong: (points: number, due: number) => boolean) =>
      orders
        .map((order) => ({ order, points: posted.get(order.orderId) ?? 0, due: duePoints(order) }))
        .filter(({ points, due }) => isWrong(points, due))
        .map(({ order, points, due }) => `order ${order.orderId} has ${points} points instead of ${due}`);
    return {
      lost: differing((points, due) => points < due),
      doubled: [...differing((points, due) => points > due), ...(await this.#findRepeated())],
    };
  }

  /** What `./dev.sh verify-ledger` finds, and deliveries that were set aside though nothing is wrong with them. */
  async findDifferences(pointsUrl: string): Promise<string[]> {
    const pool = createPool({ connectionString: pointsUrl, max: 1, applicationName: 'loyalnest-crash-test' });
    try {
      const database = new Database(pool);
      const shops = await findShops(database);
      const merchantIds = shops.map(({ merchantId }) => merchantId);
      const findings = await verifyLedger(database, { merchantIds, now: new Date() });
      const failures = await this.#query<{ topic: string; reason: string; detail: string }>(
        'select topic, reason, detail from points.webhook_failures',
      );
      return [
        ...findings.total().differences.map(({ check, difference }) => `${check}: ${difference}`),
        ...failures.map(({ topic, reason, detail }) => `${topic} was set aside: ${reason}, ${detail}`),
      ];
    } finally {
      await pool.end();
    }
  }

  async #findRepeated(): Promise<string[]> {
    const rows = await this.#query<{ name: string }>(
      `select 'business key ' || business_key as name from points.points_transactions
       group by merchant_id, business_key having count(*) > 1
       union all
       select 'redemption request ' || request_key from points.reward_redemptions
       group by merchant_id, request_key having count(*) > 1`,
    );
    return rows.map(({ name }) => name);
  }

  async #query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.#ownerUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }
}

type OrderRow = { order_id: string; refunds: Record<string, unknown>; is_cancelled: boolean };

function isKnown(row: OrderRow | undefined, fact: Delivery['fact']): boolean {
  if (!row) return false;
  if (fact.kind === 'refund') return String(fact.refundId) in row.refunds;
  return fact.kind === 'order' || row.is_cancelled;
}
