import type { Dashboard, Query } from './panel.ts';

const http = 'loyalnest_http_request_duration_seconds';
const interval = '[$__rate_interval]';

const api: Dashboard = {
  uid: 'loyalnest-api',
  title: 'LoyalNest: API and promises',
  rows: [
    {
      title: 'Promises',
      panels: [
        {
          title: 'API: requests that failed, last hour',
          description: 'At most 1% over 30 days is promised. Answers 5xx, without health checks and unknown addresses.',
          kind: 'stat',
          unit: 'percentunit',
          limit: 0.01,
          queries: [{ expr: 'loyalnest:api_errors:ratio_rate1h', legend: 'failed' }],
        },
        {
          title: 'Redeeming: requests that failed, last hour',
          description: 'At most 1% over 30 days is promised. Points that do not suffice are no failure.',
          kind: 'stat',
          unit: 'percentunit',
          limit: 0.01,
          queries: [{ expr: 'loyalnest:redeem_errors:ratio_rate1h', legend: 'failed' }],
        },
        {
          title: 'Waiting longer than 2 s',
          description: 'Of orders, jobs and events: the share that waited longer than is promised.',
          kind: 'stat',
          unit: 'percentunit',
          limit: 0.01,
          queries: [{ expr: 'loyalnest:queue_slow:ratio_rate5m', legend: '{{queue}}' }],
        },
        {
          title: 'Error budget burns',
          description: 'How many times faster than 30 days allow. 14.4 for an hour wakes somebody.',
          unit: 'short',
          limit: 14.4,
          queries: [
            { expr: 'loyalnest:api_errors:ratio_rate1h / 0.01', legend: 'API, 1 h' },
            { expr: 'loyalnest:api_errors:ratio_rate6h / 0.01', legend: 'API, 6 h' },
            { expr: 'loyalnest:redeem_errors:ratio_rate1h / 0.01', legend: 'redeeming, 1 h' },
          ],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'By class of the status',
          description: 'All requests a second, by how they were answered.',
          unit: 'reqps',
          queries: [{ expr: `sum by (status_class) (rate(${http}_count${interval}))`, legend: '{{status_class}}' }],
        },
        {
          title: 'Busiest routes',
          description: 'The ten routes with most requests.',
          unit: 'reqps',
          queries: [
            {
              expr: `topk(10, sum by (route, method) (rate(${http}_count${interval})))`,
              legend: '{{method}} {{route}}',
            },
          ],
        },
        {
          title: 'Failing routes',
          description: 'Answers 5xx, by route.',
          unit: 'reqps',
          queries: [
            {
              expr: `topk(10, sum by (route, method) (rate(${http}_count{status_class="5xx"}${interval})) > 0)`,
              legend: '{{method}} {{route}}',
            },
          ],
        },
        {
          title: 'Time to answer, API',
          description: 'Half, 95% and 99% of answers came within. More than 200 ms for 95% is too slow.',
          unit: 's',
          limit: 0.2,
          queries: quantiles(`${http}_bucket{route=~"/v1/api/.*"}`),
        },
        {
          title: 'Time to answer, webhooks',
          description: 'Shopify hangs up after 5 s.',
          unit: 's',
          limit: 5,
          queries: quantiles(`${http}_bucket{route="/webhooks/shopify"}`),
        },
        {
          title: 'Slowest routes',
          description: '99% of answers came within, of the ten slowest routes.',
          unit: 's',
          queries: [
            {
              expr: `topk(10, histogram_quantile(0.99, sum by (le, route) (rate(${http}_bucket${interval}))))`,
              legend: '{{route}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Calls between services',
      panels: [
        {
          title: 'Calls',
          description: 'By method and by what the caller got.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (method, code) (rate(loyalnest_rpc_client_duration_seconds_count${interval}))`,
              legend: '{{method}} {{code}}',
            },
          ],
        },
        {
          title: 'Time to answer',
          description: '99% of calls, by method, where they are made and where they are answered.',
          unit: 's',
          queries: [
            quantile(0.99, 'loyalnest_rpc_client_duration_seconds_bucket', 'method', 'made: '),
            quantile(0.99, 'loyalnest_rpc_server_duration_seconds_bucket', 'method', 'answered: '),
          ],
        },
        {
          title: 'Breakers',
          description: 'Services that are called over a network and do not answer: calls fail at once. 0 is normal.',
          unit: 'short',
          limit: 1,
          queries: [
            {
              expr: 'sum by (target, state) (loyalnest_rpc_breaker_state{state!="closed"})',
              legend: '{{target}} {{state}}',
            },
          ],
        },
      ],
    },
  ],
};

const ledger: Dashboard = {
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

const events: Dashboard = {
  uid: 'loyalnest-events',
  title: 'LoyalNest: events and jobs',
  rows: [
    {
      title: 'Events',
      panels: [
        {
          title: 'Oldest event that waits',
          description:
            'By the service that published it and the consumer that has not passed it. Milliseconds are normal.',
          unit: 's',
          limit: 60,
          queries: [
            {
              expr: 'max by (service, consumer) (loyalnest_outbox_oldest_event_age_seconds)',
              legend: '{{service}} to {{consumer}}',
            },
          ],
        },
        {
          title: 'Waiting events',
          description: 'Lag of each consumer; counted up to 10,000.',
          unit: 'short',
          limit: 5_000,
          queries: [
            {
              expr: 'max by (service, consumer) (loyalnest_consumer_lag_events)',
              legend: '{{service}} to {{consumer}}',
            },
            {
              expr: 'max by (source, consumer) (loyalnest_broker_lag_events)',
              legend: '{{source}} to {{consumer}}, in Kafka',
            },
          ],
        },
        {
          title: 'From event to consumer',
          description: '99% were handled within. More than 2 s is too slow.',
          unit: 's',
          limit: 2,
          queries: [quantile(0.99, 'loyalnest_event_delivery_seconds_bucket', 'consumer')],
        },
        {
          title: 'Handled events',
          description: 'A second, by type and consumer.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (consumer, type) (rate(loyalnest_events_handled_total${interval}))`,
              legend: '{{consumer}} {{type}}',
            },
          ],
        },
        {
          title: 'Set aside',
          description: 'Events that a service could not handle, and that wait for a person.',
          unit: 'short',
          limit: 1,
          queries: [
            { expr: 'max by (service) (loyalnest_inbox_failures)', legend: '{{service}}' },
            {
              expr: 'sum by (consumer) (increase(loyalnest_events_set_aside_total[1h]))',
              legend: '{{consumer}}, last hour',
            },
          ],
        },
      ],
    },
    {
      title: 'Jobs',
      panels: [
        {
          title: 'Runs',
          description: 'In an hour, by how they ended.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (service, outcome) (increase(loyalnest_job_runs_total[1h]))',
              legend: '{{service}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Late by',
          description: '99% began so long after they were due.',
          unit: 's',
          limit: 2,
          queries: [quantile(0.99, 'loyalnest_job_start_delay_seconds_bucket', 'service')],
        },
        {
          title: 'Longest jobs',
          description: 'Average of the ten longest.',
          unit: 's',
          queries: [
            {
              expr: 'topk(10, sum by (job_name) (rate(loyalnest_job_duration_seconds_sum[1h])) / sum by (job_name) (rate(loyalnest_job_duration_seconds_count[1h])))',
              legend: '{{job_name}}',
            },
          ],
        },
        {
          title: 'Queue',
          description: 'Runs that are due and not begun, and for how many seconds the oldest has been due.',
          unit: 'short',
          queries: [
            { expr: 'max by (service) (loyalnest_job_queue_waiting_runs)', legend: '{{service}}' },
            { expr: 'max by (service) (loyalnest_job_queue_oldest_waiting_seconds)', legend: '{{service}}, seconds' },
          ],
        },
      ],
    },
  ],
};

const processes: Dashboard = {
  uid: 'loyalnest-processes',
  title: 'LoyalNest: processes',
  rows: [
    {
      title: 'Node.js',
      panels: [
        {
          title: 'Processor',
          description: 'Of one core.',
          unit: 'percentunit',
          queries: [{ expr: `rate(process_cpu_seconds_total{job="loyalnest"}${interval})`, legend: '{{instance}}' }],
        },
        {
          title: 'Memory',
          description: 'Resident.',
          unit: 'bytes',
          queries: [{ expr: 'process_resident_memory_bytes{job="loyalnest"}', legend: '{{instance}}' }],
        },
        {
          title: 'Heap',
          description: 'Used by JavaScript.',
          unit: 'bytes',
          queries: [{ expr: 'nodejs_heap_size_used_bytes{job="loyalnest"}', legend: '{{instance}}' }],
        },
        {
          title: 'Event loop',
          description: '99% of its turns came so late.',
          unit: 's',
          limit: 0.25,
          queries: [{ expr: 'nodejs_eventloop_lag_p99_seconds{job="loyalnest"}', legend: '{{instance}}' }],
        },
        {
          title: 'Garbage collection',
          description: 'Share of time, by kind.',
          unit: 'percentunit',
          queries: [
            {
              expr: `sum by (instance, kind) (rate(nodejs_gc_duration_seconds_sum{job="loyalnest"}${interval}))`,
              legend: '{{instance}} {{kind}}',
            },
          ],
        },
        {
          title: 'Open sockets and files',
          description: 'WebSockets of shoppers and merchants, and all files and connections.',
          unit: 'short',
          queries: [
            { expr: 'loyalnest_sockets_open', legend: '{{instance}} WebSockets' },
            { expr: 'process_open_fds{job="loyalnest"}', legend: '{{instance}} files' },
          ],
        },
      ],
    },
    {
      title: 'Database and neighbours',
      panels: [
        {
          title: 'Connections',
          description: 'In use and idle, of each service.',
          unit: 'short',
          queries: [
            { expr: 'sum by (service, state) (loyalnest_database_connections)', legend: '{{service}} {{state}}' },
            { expr: 'sum by (service) (loyalnest_database_connections_max)', legend: '{{service}} at most' },
          ],
        },
        {
          title: 'Waiting for a connection',
          description: 'Requests. For minutes on end is a problem.',
          unit: 'short',
          limit: 1,
          queries: [{ expr: 'sum by (service) (loyalnest_database_waiting_requests)', legend: '{{service}}' }],
        },
        {
          title: 'Reaches its database, and Redis',
          description: '1, or 0 while it is away; and sources of figures that could not be read.',
          unit: 'short',
          queries: [
            { expr: 'min by (service, instance) (loyalnest_database_up)', legend: '{{service}} {{instance}}' },
            { expr: 'min by (instance) (loyalnest_redis_up)', legend: 'Redis from {{instance}}' },
            { expr: 'loyalnest_metric_sources_unread > 0', legend: '{{instance}} unread' },
          ],
        },
        {
          title: 'Certificates end',
          description: 'When they are no longer good.',
          kind: 'stat',
          unit: 'dateTimeFromNow',
          queries: [
            { expr: 'min by (file) (loyalnest_certificate_not_after_timestamp_seconds) * 1000', legend: '{{file}}' },
          ],
        },
      ],
    },
  ],
};

export const dashboards: readonly Dashboard[] = [api, ledger, events, processes];

function quantile(share: number, buckets: string, by?: string, prefix = ''): Query {
  const labels = by === undefined ? 'le' : `le, ${by}`;
  return {
    expr: `histogram_quantile(${share}, sum by (${labels}) (rate(${buckets}${interval})))`,
    legend: by === undefined ? `${share * 100}%` : `${prefix}{{${by}}}`,
  };
}

function quantiles(buckets: string): Query[] {
  return [0.5, 0.95, 0.99].map((share) => quantile(share, buckets));
}
