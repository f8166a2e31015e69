import { Counter, type MetricSource, type Reading } from '@loyalnest/platform/telemetry/instruments';
import { Injectable } from '@nestjs/common';
import { Throttle } from './admin/throttle.ts';

const calls = new Counter({
  name: 'loyalnest_shopify_calls_total',
  help: "Calls of Shopify's Admin API, tries included, by what came of them.",
  labels: ['outcome'],
});
const points = new Counter({
  name: 'loyalnest_shopify_points_spent_total',
  help: 'Cost that Shopify calculated for our calls, in the points of its buckets.',
});
const kept = new Counter({
  name: 'loyalnest_webhooks_kept_total',
  help: 'Deliveries that could not be processed and wait for a person, by the service that owns the topic.',
  labels: ['service', 'reason'],
});

export function countCall(outcome: string): void {
  calls.add(1, outcome);
}

export function countCost(cost: number): void {
  points.add(cost);
}

export function countKept(service: string, reason: string): void {
  kept.add(1, service, reason);
}

/** What Prometheus hears of Shopify's side. Shops are added up: one series for each would be thousands. */
@Injectable()
export class ShopifyMetrics implements MetricSource {
  constructor(private readonly throttle: Throttle) {}

  read(): Reading[] {
    const { shops, tightShops, lowestShare, waiting } = this.throttle.use();
    return [
      calls.read(),
      points.read(),
      kept.read(),
      gauge('loyalnest_shopify_throttle_shops', 'Shops whose bucket is known here.', shops),
      gauge(
        'loyalnest_shopify_throttle_tight_shops',
        'Shops that have less than a fifth of their bucket left.',
        tightShops,
      ),
      gauge(
        'loyalnest_shopify_throttle_lowest_available_ratio',
        'What the shop with the least has left of its bucket, 0 to 1.',
        lowestShare,
      ),
      gauge('loyalnest_shopify_throttle_waiting_calls', 'Calls that wait for points.', waiting),
    ];
  }
}

function gauge(name: string, help: string, value: number): Reading {
  return { name, help, type: 'gauge', samples: [{ labels: {}, value }] };
}
