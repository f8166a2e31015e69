import type { Alert, RuleGroup } from './alert.ts';

const failing = 'code=~"unavailable|deadline_exceeded|internal|unknown"';

const callsFail: Alert = {
  name: 'LoyalNestCallsFail',
  expr:
    `sum by (method) (rate(loyalnest_rpc_client_duration_seconds_count{${failing}}[5m]))` +
    ' / sum by (method) (rate(loyalnest_rpc_client_duration_seconds_count[5m])) > 0.05',
  for: '5m',
  severity: 'page',
  summary: 'Calls of one service to another fail: it is down, too slow, or has a fault',
  cases: [
    {
      series: calls('0+5x20', '0+20x20'),
      at: '15m',
      fires: [{ method: 'loyalnest.auth.v1.AuthService/GetAccessToken' }],
    },
    { series: calls('0x20', '0+20x20'), at: '15m', fires: [] },
  ],
};

const breakerOpen: Alert = {
  name: 'LoyalNestBreakerOpen',
  // It opens for a second at a time, and Prometheus looks every 15 s.
  expr: 'max by (target) (max_over_time(loyalnest_rpc_breaker_state{state="open"}[2m])) > 0',
  for: '3m',
  severity: 'page',
  summary: 'Calls of a service have failed at once for minutes, because it did not answer',
  cases: [
    {
      series: { 'loyalnest_rpc_breaker_state{target="auth",state="open"}': '0 0 1 0 1 1 0 1 1 0 1 0 1' },
      at: '9m',
      fires: [{ target: 'auth' }],
    },
    { series: { 'loyalnest_rpc_breaker_state{target="auth",state="open"}': '0 0 1 0x15' }, at: '9m', fires: [] },
  ],
};

const redisAway: Alert = {
  name: 'LoyalNestRedisAway',
  expr: 'min by (instance) (loyalnest_redis_up) == 0',
  for: '2m',
  severity: 'ticket',
  summary: 'A process does not reach Redis: jobs stand still, and limits and revocations are its own',
  cases: [
    {
      series: { 'loyalnest_redis_up{instance="auth:7402"}': '1x3 0x10' },
      at: '9m',
      fires: [{ instance: 'auth:7402' }],
    },
    { series: { 'loyalnest_redis_up{instance="auth:7402"}': '1x3 0 1x10' }, at: '9m', fires: [] },
  ],
};

const tight: Alert = {
  name: 'LoyalNestShopifyNearlyThrottled',
  expr: 'max(loyalnest_shopify_throttle_tight_shops) > 0',
  for: '5m',
  severity: 'ticket',
  summary: 'A shop has been using more than 80% of what Shopify lets us call',
  cases: [
    { series: { 'loyalnest_shopify_throttle_tight_shops{instance="points:7402"}': '1x20' }, at: '10m', fires: [{}] },
    {
      series: { 'loyalnest_shopify_throttle_tight_shops{instance="points:7402"}': '1 0 1 0 1 0x20' },
      at: '10m',
      fires: [],
    },
  ],
};

const shopifyAway: Alert = {
  name: 'LoyalNestShopifyAway',
  expr:
    'sum(rate(loyalnest_shopify_calls_total{outcome="unavailable"}[5m]))' +
    ' / sum(rate(loyalnest_shopify_calls_total[5m])) > 0.5',
  for: '5m',
  severity: 'ticket',
  summary: "Most calls of Shopify's Admin API get no answer: rewards cannot be taken",
  cases: [
    { series: shopify('0+9x20', '0+1x20'), at: '15m', fires: [{}] },
    { series: shopify('0+1x20', '0+9x20'), at: '15m', fires: [] },
  ],
};

export const neighbourGroups: readonly RuleGroup[] = [
  { file: 'neighbours', name: 'loyalnest-calls', alerts: [callsFail, breakerOpen] },
  { file: 'neighbours', name: 'loyalnest-redis', alerts: [redisAway] },
  { file: 'neighbours', name: 'loyalnest-shopify', alerts: [tight, shopifyAway] },
];

function calls(failed: string, answered: string): Record<string, string> {
  const series = 'loyalnest_rpc_client_duration_seconds_count';
  const method = 'method="loyalnest.auth.v1.AuthService/GetAccessToken"';
  return { [`${series}{${method},code="unavailable"}`]: failed, [`${series}{${method},code="ok"}`]: answered };
}

function shopify(unanswered: string, answered: string): Record<string, string> {
  const series = 'loyalnest_shopify_calls_total';
  return { [`${series}{outcome="unavailable"}`]: unanswered, [`${series}{outcome="ok"}`]: answered };
}
