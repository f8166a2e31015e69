import type { Dashboard } from '../panel.ts';
import { interval, quantile, quantiles } from './queries.ts';

export const ledger: Dashboard = {
  uid: 'loyalnest-ledger',
  title: 'LoyalNest: orders and the ledger',
  rows: [
    {
      title: 'The ledger',
      panels: [
        {
          title: 'Differences of the last proofs',
          description: 'Anything but 0 is a fault: see the runbook at once.',
          kind: 'stat',
          unit: 'short',
          limit: 1,
          queries: [{ expr: 'sum(max by (check) (loyalnest_ledger_differences))', legend: 'differences' }],
        },
        {
          title: 'Shops by their last proof',
          description: 'Every shop is proved at night.',
          kind: 'stat',
          unit: 'short',
          queries: [{ expr: 'max by (proof) (loyalnest_ledger_shops)', legend: '{{proof}}' }],
        },
        {
          title: 'Proof that is longest ago',
          description: 'Not more than a day.',
          kind: 'stat',
          unit: 'dateTimeFromNow',
          queries: [{ expr: 'min(loyalnest_ledger_oldest_proof_timestamp_seconds) * 1000', legend: 'proved' }],
        },
        {
          title: 'Transfers',
          description: 'Committed transfers a second, by kind.',
          unit: 'ops',
          queries: [{ expr: `sum by (kind) (rate(loyalnest_transfers_posted_total${interval}))`, legend: '{{kind}}' }],
        },
        {
          title: 'Points',
          description: 'Points that transfers moved, a second, by kind.',
          unit: 'short',
          queries: [{ expr: `sum by (kind) (rate(loyalnest_points_posted_total${interval}))`, legend: '{{kind}}' }],
        },
        {
          title: 'Deliveries that wait for a person',
          description: 'Kept in the last hour, because they could not be processed.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (service, reason) (increase(loyalnest_webhooks_kept_total[1h]))',
              legend: '{{service}} {{reason}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Intake',
      panels: [
        {
          title: 'Orders',
          description: 'Orders a second whose news were committed.',
          unit: 'ops',
          queries: [{ expr: `sum(rate(loyalnest_orders_ingested_total${interval}))`, legend: 'orders' }],
        },
        {
          title: 'Orders in a batch',
          description: 'A lone order is a batch of one; 128 is the largest.',
          unit: 'short',
          queries: [
            {
              expr: `sum(rate(loyalnest_intake_batch_orders_sum${interval})) / sum(rate(loyalnest_intake_batch_orders_count${interval}))`,
              legend: 'average',
            },
            quantile(0.99, 'loyalnest_intake_batch_orders_bucket'),
          ],
        },
        {
          title: 'Waiting orders',
          description: 'Beyond 4,096 Shopify is asked to come back.',
          unit: 'short',
          limit: 2_048,
          queries: [{ expr: 'loyalnest_intake_waiting_orders', legend: '{{instance}}' }],
        },
        {
          title: 'From arrival to commit',
          description: 'At most 4.5 s, then Shopify is asked to come back.',
          unit: 's',
          limit: 2,
          queries: quantiles('loyalnest_intake_wait_seconds_bucket'),
        },
      ],
    },
    {
      title: 'Shopify',
      panels: [
        {
          title: 'Calls of the Admin API',
          description: 'Tries included, by what came of them.',
          unit: 'ops',
          queries: [
            { expr: `sum by (outcome) (rate(loyalnest_shopify_calls_total${interval}))`, legend: '{{outcome}}' },
          ],
        },
        {
          title: 'Points spent',
          description: 'Cost that Shopify calculated for our calls, over all shops.',
          unit: 'short',
          queries: [{ expr: `sum(rate(loyalnest_shopify_points_spent_total${interval}))`, legend: 'points a second' }],
        },
        {
          title: 'Least left of a bucket',
          description: 'The shop that has least left of what it may call. Below 20% is tight.',
          unit: 'percentunit',
          queries: [{ expr: 'min(loyalnest_shopify_throttle_lowest_available_ratio)', legend: 'left' }],
        },
        {
          title: 'Tight shops and waiting calls',
          description: 'Shops with less than 20% left, of those whose bucket is known; calls that wait for points.',
          unit: 'short',
          queries: [
            { expr: 'max(loyalnest_shopify_throttle_tight_shops)', legend: 'tight shops' },
            { expr: 'max(loyalnest_shopify_throttle_shops)', legend: 'known shops' },
            { expr: 'sum(loyalnest_shopify_throttle_waiting_calls)', legend: 'waiting calls' },
          ],
        },
      ],
    },
  ],
};
