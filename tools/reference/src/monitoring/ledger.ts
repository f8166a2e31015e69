import type { Alert, RuleGroup } from './alert.ts';

const hour = 3_600;

const differs: Alert = {
  name: 'LoyalNestLedgerDiffers',
  expr: 'max by (check) (loyalnest_ledger_differences) > 0',
  severity: 'page',
  summary: 'The last proof of a shop found a difference in its ledger: points are not where they should be',
  cases: [
    {
      series: {
        'loyalnest_ledger_differences{check="balances"}': '0x5 1x5',
        'loyalnest_ledger_differences{check="lots"}': '0x10',
      },
      at: '6m',
      fires: [{ check: 'balances' }],
    },
    { series: { 'loyalnest_ledger_differences{check="balances"}': '0x10' }, at: '6m', fires: [] },
  ],
};

const unproved: Alert = {
  name: 'LoyalNestLedgerUnproved',
  expr: `time() - min(loyalnest_ledger_oldest_proof_timestamp_seconds) > ${36 * hour}`,
  for: '30m',
  severity: 'ticket',
  summary: 'The ledger of a shop was not proved last night',
  cases: [
    { series: { loyalnest_ledger_oldest_proof_timestamp_seconds: '0x160' }, every: '15m', at: '37h', fires: [{}] },
    {
      series: { loyalnest_ledger_oldest_proof_timestamp_seconds: '0x96 86400x64' },
      every: '15m',
      at: '37h',
      fires: [],
    },
  ],
};

const webhooksSlow: Alert = {
  name: 'LoyalNestWebhooksSlow',
  expr:
    '1 - sum(rate(loyalnest_http_request_duration_seconds_bucket{route="/webhooks/shopify",le=~"5(\\\\.0)?"}[5m]))' +
    ' / (sum(rate(loyalnest_http_request_duration_seconds_count{route="/webhooks/shopify"}[5m])) > 0) > 0.001',
  for: '2m',
  severity: 'page',
  summary: 'Shopify waits 5 s for the answer to a webhook, and some take longer',
  cases: [
    { series: webhookAnswers('0+58x20', '0+60x20'), at: '10m', fires: [{}] },
    { series: webhookAnswers('0+60x20', '0+60x20'), at: '10m', fires: [] },
  ],
};

const webhooksRefused: Alert = {
  name: 'LoyalNestWebhooksRefused',
  expr:
    'sum(rate(loyalnest_http_request_duration_seconds_count{route="/webhooks/shopify",status_class="5xx"}[5m]))' +
    ' / sum(rate(loyalnest_http_request_duration_seconds_count{route="/webhooks/shopify"}[5m])) > 0.05',
  for: '5m',
  severity: 'page',
  summary: 'Webhooks are answered with errors; Shopify repeats them for hours and then removes the subscription',
  cases: [
    { series: webhookStatuses('0+10x20', '0+50x20'), at: '15m', fires: [{}] },
    { series: webhookStatuses('0+1x20', '0+60x20'), at: '15m', fires: [] },
  ],
};

const kept = 'loyalnest_webhooks_kept_total';

const webhooksKept: Alert = {
  name: 'LoyalNestWebhooksKept',
  // The first of its kind makes a series, which has no increase yet.
  expr: `sum by (service, reason) (increase(${kept}[1h])) > 0 or sum by (service, reason) (${kept} unless ${kept} offset 1h) > 0`,
  severity: 'ticket',
  summary: 'Deliveries of Shopify could not be processed and wait for a person',
  cases: [
    {
      series: { [`${kept}{service="points",reason="invalid-payload"}`]: '_x90 1x20' },
      at: '95m',
      fires: [{ service: 'points', reason: 'invalid-payload' }],
    },
    { series: { [`${kept}{service="points",reason="invalid-payload"}`]: '4x200' }, at: '120m', fires: [] },
  ],
};

const apiSlow: Alert = {
  name: 'LoyalNestApiSlow',
  expr: 'histogram_quantile(0.95, sum by (le) (rate(loyalnest_http_request_duration_seconds_bucket{route=~"/v1/api/.*"}[5m]))) > 0.2',
  for: '10m',
  severity: 'ticket',
  summary: 'One in twenty answers of the API takes longer than 200 ms',
  cases: [
    { series: apiAnswers('0+80x30', '0+100x30'), at: '20m', fires: [{}] },
    { series: apiAnswers('0+99x30', '0+100x30'), at: '20m', fires: [] },
  ],
};

export const ledgerGroups: readonly RuleGroup[] = [
  { file: 'ledger', name: 'loyalnest-ledger', alerts: [differs, unproved] },
  { file: 'ledger', name: 'loyalnest-webhooks', alerts: [webhooksSlow, webhooksRefused, webhooksKept] },
  { file: 'ledger', name: 'loyalnest-latency', alerts: [apiSlow] },
];

function webhookAnswers(quick: string, all: string): Record<string, string> {
  const series = 'loyalnest_http_request_duration_seconds';
  const labels = 'route="/webhooks/shopify",method="POST",status_class="2xx"';
  return { [`${series}_bucket{${labels},le="5"}`]: quick, [`${series}_count{${labels}}`]: all };
}

function webhookStatuses(failed: string, answered: string): Record<string, string> {
  const series = 'loyalnest_http_request_duration_seconds_count';
  const labels = 'route="/webhooks/shopify",method="POST"';
  return { [`${series}{${labels},status_class="5xx"}`]: failed, [`${series}{${labels},status_class="2xx"}`]: answered };
}

function apiAnswers(quick: string, all: string): Record<string, string> {
  const series = 'loyalnest_http_request_duration_seconds_bucket';
  const labels = 'route="/v1/api/points/balance",method="GET",status_class="2xx"';
  return {
    [`${series}{${labels},le="0.2"}`]: quick,
    [`${series}{${labels},le="0.5"}`]: all,
    [`${series}{${labels},le="+Inf"}`]: all,
  };
}
