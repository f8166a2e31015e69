import type { Dashboard } from '../panel.ts';
import { interval, quantile, quantiles } from './queries.ts';

const http = 'loyalnest_http_request_duration_seconds';

export const api: Dashboard = {
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
