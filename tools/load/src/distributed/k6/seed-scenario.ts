import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Bed } from '../../bed/bed.ts';
import { watchDisk } from '../../bed/disk-watch.ts';
import { rounded } from '../../bench/report.ts';
import { orderTemplates, sampleOrder } from '../../orders/order-request.ts';
import { customerCount, customerIdOf, merchantOf, shopDomainOf } from '../../orders/population.ts';
import type { Door } from '../door.ts';

/** What the product is meant for (docs/performance.md). */
const customers = 50_000;
const ordersPerHour = 10_000;
const sockets = 100;
const bodyCount = 16;
const printedBytesMax = 16 * 1024 * 1024;

export type ScenarioFigures = {
  ordersPerHour: number;
  sockets: number;
  /** The slower of orders and balances. */
  p99Ms: number;
  orders: { count: number; p50Ms: number; p99Ms: number; maxMs: number };
  balances: { count: number; p50Ms: number; p99Ms: number; maxMs: number };
  /** Answers other than 200, and requests that k6 could not send in time. */
  refused: number;
  /** Sockets that were welcomed. */
  welcomed: number;
  updates: { expected: number; received: number };
  /** The longest that one page took to the disk meanwhile. */
  diskMaxMs: number;
};

/** Runs k6 against the bed's port: the seed's figures, `times` as many orders and sockets. */
export async function runSeedScenario(options: {
  k6: string;
  bed: Bed;
  door: Door;
  times: number;
  seconds: number;
  signal: AbortSignal;
}): Promise<ScenarioFigures> {
  const { k6, bed, door, times, seconds, signal } = options;
  const { instance, secrets } = bed;
  const ordersPlanned = Math.ceil((ordersPerHour * times * seconds) / 3_600);
  const scenarioFile = join(instance.paths.run, `k6-${times}.json`);
  const summaryFile = join(instance.paths.run, `k6-${times}-summary.json`);
  const settings = {
    serverUrl: instance.serverUrl,
    sample: {
      orderId: String(sampleOrder.orderId),
      customerId: String(sampleOrder.customerId),
      shopDomain: shopDomainOf(sampleOrder.merchant),
    },
    ordersPerHour: ordersPerHour * times,
    sockets: sockets * times,
    seconds,
    // One may come at each end.
    firstOrderId: door.takeOrderIds(ordersPlanned + 2),
  };
  const scenario = {
    settings: [settings],
    shoppers: shoppers(),
    bodies: orderTemplates({ port: instance.ports.server, at: new Date(), count: bodyCount }).map(
      ({ bytes, bodyStart }) => bytes.toString('utf8', bodyStart),
    ),
  };
  writeFileSync(scenarioFile, JSON.stringify(scenario));
  const { disk } = await watchDisk(instance.home, () =>
    promisify(execFile)(k6, ['run', '--quiet', '--no-usage-report', join(import.meta.dirname, 'scenario.js')], {
      env: { ...process.env, SCENARIO: scenarioFile, SUMMARY: summaryFile, SECRET: secrets.shopifyClientSecret },
      maxBuffer: printedBytesMax,
      signal,
    }),
  );
  const metrics = summarySchema.parse(JSON.parse(readFileSync(summaryFile, 'utf8')));
  const count = (name: string) => metrics[name]?.values['count'] ?? 0;
  const trend = (name: string) => {
    const values = metrics[`http_req_duration{scenario:${name}}`]?.values ?? {};
    const figure = (stat: string) => values[stat] ?? Number.NaN;
    return {
      count: count(`http_reqs{scenario:${name}}`),
      p50Ms: rounded(figure('med')),
      p99Ms: rounded(figure('p(99)')),
      maxMs: rounded(figure('max')),
    };
  };
  door.acknowledgedElsewhere(count('orders_acknowledged'));
  const [orders, balances] = [trend('orders'), trend('balances')];
  return {
    ordersPerHour: settings.ordersPerHour,
    sockets: settings.sockets,
    p99Ms: Math.max(orders.p99Ms, balances.p99Ms),
    orders,
    balances,
    refused: count('refused') + count('dropped_iterations'),
    welcomed: count('sockets_welcomed'),
    updates: { expected: count('orders_listened'), received: count('updates') },
    diskMaxMs: rounded(disk.maxMs),
  };
}

const summarySchema = z.record(z.string(), z.object({ values: z.record(z.string(), z.number()) }));

/** Every second customer of the bench, so that merchants of every size are among them. */
function shoppers() {
  return Array.from({ length: customers }, (_, index) => {
    const customer = Math.floor((index * customerCount) / customers);
    return { customerId: String(customerIdOf(customer)), shopDomain: shopDomainOf(merchantOf(customer)) };
  });
}
