import type { ShopState } from '../state/shop-state.ts';
import { createRandom } from '../time/random.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import type { World } from '../world.ts';
import { applyRow } from './apply-row.ts';
import { arrange, type Disorder } from './arrange.ts';
import { createFeed, PENDING_MAX, type Feed } from './feed.ts';
import { readRow, type Row, type RowBody } from './row.ts';

export type BulkOptions = Disorder & {
  ratePerSecond: number | undefined;
  seed: string;
  updatedAt: 'row' | 'now';
  customerWebhooks: boolean;
};

export type BulkCounts = {
  rows: number;
  orders: number;
  refunds: number;
  cancellations: number;
  customers: number;
  /** Rows that were already true; they are only delivered again. */
  unchanged: number;
  deliveries: number;
};
export type Rejected = { index: number; reason: string };
export type BulkResult =
  { outcome: 'full' } | { outcome: 'done'; counts: BulkCounts; rejected: Rejected[]; waitingForOrder: number };

export type Progress = {
  total: BulkCounts;
  rejected: number;
  /** Refunds and cancellations of orders that no row has brought yet. */
  waitingForOrder: { rows: number; orderIds: string[] };
  waitingForRate: number;
};

export type Bulk = {
  play(state: ShopState, rows: readonly RowBody[], options: BulkOptions): BulkResult;
  progress(state: ShopState): Progress;
  close(): void;
};

type Played = { total: BulkCounts; rejected: number; calls: number; waiting: Map<string, Row[]>; feed: Feed };

/** Only a few ids of missing orders are listed. */
const LISTED_MAX = 20;

/** Plays rows of a file: makes them true in the shop and delivers what Shopify would. */
export function createBulk(world: World): Bulk {
  const shops = new Map<string, Played>();
  const playedOf = (shop: string) => {
    let played = shops.get(shop);
    if (!played) {
      played = { total: none(), rejected: 0, calls: 0, waiting: new Map(), feed: createFeed(world.courier) };
      shops.set(shop, played);
    }
    return played;
  };

  return {
    play(state, rows, options) {
      const played = playedOf(state.domain);
      if (world.courier.pending() + rows.length > PENDING_MAX) return { outcome: 'full' };
      const counts = none();
      const rejected: Rejected[] = [];
      const deliveries: Delivery[] = [];
      const rowOptions = { ...options, updatedAt: options.updatedAt === 'row' ? ('row' as const) : world.clock.now() };

      const playRow = (row: Row, index: number) => {
        const applied = applyRow(state, row, rowOptions);
        if (applied.outcome === 'conflict') return void rejected.push({ index, reason: applied.reason });
        if (applied.outcome === 'waiting') return wait(played.waiting, row);
        if (applied.outcome === 'unchanged') counts.unchanged++;
        else counts[COUNTED[row.kind]]++;
        if (applied.newCustomer) counts.customers++;
        for (const delivery of world.emit.prepare(state, applied.webhooks)) deliveries.push(delivery);
        if (row.kind !== 'order') return;
        const waiting = played.waiting.get(row.orderId) ?? [];
        played.waiting.delete(row.orderId);
        for (const later of waiting) playRow(later, index);
      };
      rows.forEach((body, index) => {
        const row = readRow(body);
        if ('wrong' in row) rejected.push({ index, reason: row.wrong });
        else playRow(row, index);
      });

      const random = createRandom(`${options.seed}/${state.domain}/${played.calls++}`);
      const arranged = arrange(deliveries, options, random, (delivery) => {
        world.ledger.count(delivery, 'duplicated');
        return { ...delivery, attempts: [], copy: true };
      });
      counts.rows = rows.length;
      counts.deliveries = arranged.length;
      played.feed.add(arranged, options.ratePerSecond);
      add(played.total, counts);
      played.rejected += rejected.length;
      return { outcome: 'done', counts, rejected, waitingForOrder: waitingRows(played) };
    },
    progress(state) {
      const played = playedOf(state.domain);
      return {
        total: played.total,
        rejected: played.rejected,
        waitingForOrder: { rows: waitingRows(played), orderIds: [...played.waiting.keys()].slice(0, LISTED_MAX) },
        waitingForRate: played.feed.size(),
      };
    },
    close() {
      for (const { feed } of shops.values()) feed.close();
    },
  };
}

const COUNTED = { order: 'orders', refund: 'refunds', cancel: 'cancellations' } as const;

function wait(waiting: Map<string, Row[]>, row: Row): void {
  const rows = waiting.get(row.orderId);
  if (!rows) waiting.set(row.orderId, [row]);
  else if (!rows.some((known) => JSON.stringify(known) === JSON.stringify(row))) rows.push(row);
}

function waitingRows({ waiting }: Played): number {
  return [...waiting.values()].reduce((sum, rows) => sum + rows.length, 0);
}

function none(): BulkCounts {
  return { rows: 0, orders: 0, refunds: 0, cancellations: 0, customers: 0, unchanged: 0, deliveries: 0 };
}

function add(total: BulkCounts, more: BulkCounts): void {
  for (const key of Object.keys(total) as (keyof BulkCounts)[]) total[key] += more[key];
}
