import { shopControl } from '@loyalnest/dev/seed/shop-control';
import { Deliveries } from './deliveries.ts';
import { feedFile } from './feed.ts';
import type { ReplayOptions } from './options.ts';
import { printedProgress, silentProgress } from './progress.ts';
import { openShop } from './shop.ts';
import { surveyFile } from './survey.ts';
import { readTotals } from './totals.ts';

export type Summary = {
  orders: number;
  refunds: number;
  cancellations: number;
  customers: number;
  /** Webhooks that the server has taken, and those that it never took. */
  delivered: number;
  failed: number;
  /** Of the whole shop, as the ledger has them when everything is delivered. */
  pointsIssued: number;
  pointsRevoked: number;
  pointsOutstanding: number;
  ordersPerSecond: number;
};

export type Replayed = { summary: Summary; seconds: number; waitingForOrder: number };

const currencyDefault = 'USD';

/** Plays a file of orders into a shop of the simulator. Throws `BadFile` or `UserError`; a bad file delivers nothing. */
export async function replay(
  options: ReplayOptions,
  addresses: { simulatorUrl: string; serverUrl: string },
): Promise<Replayed> {
  const { rows, currency = currencyDefault, ...counts } = await surveyFile(options.file);
  const control = shopControl(addresses.simulatorUrl);
  const domain = options.shop;
  await openShop(control, { domain, currency });

  const deliveries = new Deliveries(control, domain);
  await deliveries.begin();
  const progress = options.format === 'json' ? silentProgress : printedProgress(rows);
  const startMs = performance.now();
  const { delivered, failed, waitingForOrder } = await feedFile({
    control,
    deliveries,
    options,
    onProgress: progress.show,
  }).finally(() => progress.end());
  const seconds = (performance.now() - startMs) / 1_000;

  const points = await readTotals(control, { domain, serverUrl: addresses.serverUrl });
  const summary = {
    ...counts,
    delivered,
    failed,
    pointsIssued: points.issued,
    pointsRevoked: points.revoked,
    pointsOutstanding: points.outstanding,
    ordersPerSecond: Math.round(counts.orders / seconds),
  };
  return { summary, seconds, waitingForOrder };
}
