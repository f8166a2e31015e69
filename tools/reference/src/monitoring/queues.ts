import type { Alert, Recording, RuleGroup } from './alert.ts';

/** Where things wait, and the histogram that says how long. What waits longer than 2 s breaks the promise. */
const queues = [
  { queue: 'intake', metric: 'loyalnest_intake_wait_seconds' },
  { queue: 'jobs', metric: 'loyalnest_job_start_delay_seconds' },
  { queue: 'events', metric: 'loyalnest_event_delivery_seconds' },
] as const;

/** Bounds are written as whole numbers here, and by newer Prometheus with a decimal. */
const within2s = 'le=~"2(\\\\.0)?"';

const slowRatio = 'loyalnest:queue_slow:ratio_rate5m';

const ratios: readonly Recording[] = queues.map(({ queue, metric }) => ({
  record: slowRatio,
  labels: { queue },
  expr: `1 - sum(rate(${metric}_bucket{${within2s}}[5m])) / (sum(rate(${metric}_count[5m])) > 0)`,
}));

const slow: Alert = {
  name: 'LoyalNestQueueSlow',
  expr: `${slowRatio} > 0.01`,
  for: '10m',
  severity: 'page',
  summary: 'More than 1% of what waits in a queue waits longer than the 2 s that are promised',
  cases: [
    {
      series: waits('loyalnest_event_delivery_seconds', '0+50x30', '0+60x30'),
      at: '20m',
      fires: [{ queue: 'events' }],
    },
    { series: waits('loyalnest_job_start_delay_seconds', '0+9x30', '0+10x30'), at: '20m', fires: [{ queue: 'jobs' }] },
    { series: waits('loyalnest_intake_wait_seconds', '0+600x30', '0+600x30'), at: '20m', fires: [] },
  ],
};

const intakeFills: Alert = {
  name: 'LoyalNestIntakeFillsUp',
  expr: 'loyalnest_intake_waiting_orders > 2048',
  for: '1m',
  severity: 'page',
  summary: 'More orders wait than half of what may; beyond 4,096 Shopify is asked to come back',
  cases: [
    {
      series: { 'loyalnest_intake_waiting_orders{instance="points:1"}': '3000x10' },
      at: '5m',
      fires: [{ instance: 'points:1' }],
    },
    { series: { 'loyalnest_intake_waiting_orders{instance="points:1"}': '3000x0 12x10' }, at: '5m', fires: [] },
  ],
};

const outboxOld: Alert = {
  name: 'LoyalNestOutboxOld',
  expr: 'max by (service, consumer) (loyalnest_outbox_oldest_event_age_seconds) > 60',
  for: '2m',
  severity: 'page',
  summary: 'An event has been waiting in an outbox for more than a minute; it takes milliseconds otherwise',
  cases: [
    {
      series: { 'loyalnest_outbox_oldest_event_age_seconds{service="points",consumer="event-tracking"}': '0+30x20' },
      at: '10m',
      fires: [{ service: 'points', consumer: 'event-tracking' }],
    },
    {
      series: { 'loyalnest_outbox_oldest_event_age_seconds{service="points",consumer="event-tracking"}': '40x20' },
      at: '10m',
      fires: [],
    },
  ],
};

const consumerLags: Alert = {
  name: 'LoyalNestConsumerLags',
  expr: 'max by (service, consumer) (loyalnest_consumer_lag_events) > 5000',
  for: '5m',
  severity: 'ticket',
  summary: 'A consumer does not keep up with the events that it listens to',
  cases: [
    {
      series: { 'loyalnest_consumer_lag_events{service="points",consumer="members"}': '0+1000x20' },
      at: '15m',
      fires: [{ service: 'points', consumer: 'members' }],
    },
    {
      series: { 'loyalnest_consumer_lag_events{service="points",consumer="members"}': '900x20' },
      at: '15m',
      fires: [],
    },
  ],
};

const brokerLags: Alert = {
  name: 'LoyalNestBrokerLags',
  expr: 'max by (source, consumer) (loyalnest_broker_lag_events) > 5000',
  for: '5m',
  severity: 'ticket',
  summary: 'A consumer does not keep up with the events that wait for it in Kafka',
  cases: [
    {
      series: { 'loyalnest_broker_lag_events{source="points",consumer="event-tracking"}': '0+1000x20' },
      at: '15m',
      fires: [{ source: 'points', consumer: 'event-tracking' }],
    },
    {
      series: { 'loyalnest_broker_lag_events{source="points",consumer="event-tracking"}': '9000x3 10x20' },
      at: '15m',
      fires: [],
    },
  ],
};

const setAside: Alert = {
  name: 'LoyalNestEventsSetAside',
  expr: 'max by (service) (loyalnest_inbox_failures) > 0',
  severity: 'ticket',
  summary: 'A service could not handle events, and they wait for a person',
  cases: [
    { series: { 'loyalnest_inbox_failures{service="points"}': '0x3 2x5' }, at: '5m', fires: [{ service: 'points' }] },
    { series: { 'loyalnest_inbox_failures{service="points"}': '0x9' }, at: '5m', fires: [] },
  ],
};

const jobFails: Alert = {
  name: 'LoyalNestJobFails',
  expr: 'sum by (service, job_name) (increase(loyalnest_job_runs_total{outcome="failed"}[1h])) >= 3',
  severity: 'ticket',
  summary: 'A recurring job fails again and again',
  cases: [
    {
      series: { 'loyalnest_job_runs_total{service="points",job_name="approve-points",outcome="failed"}': '0+1x60' },
      at: '30m',
      fires: [{ service: 'points', job_name: 'approve-points' }],
    },
    {
      series: { 'loyalnest_job_runs_total{service="points",job_name="approve-points",outcome="failed"}': '0x10 1x60' },
      at: '30m',
      fires: [],
    },
  ],
};

const jobsWait: Alert = {
  name: 'LoyalNestJobsWait',
  expr: 'max by (service) (loyalnest_job_queue_oldest_waiting_seconds) > 60',
  for: '5m',
  severity: 'ticket',
  summary: 'Runs of recurring jobs are due and nobody works on them',
  cases: [
    {
      series: { 'loyalnest_job_queue_oldest_waiting_seconds{service="auth"}': '0x2 0+60x20' },
      at: '15m',
      fires: [{ service: 'auth' }],
    },
    {
      series: { 'loyalnest_job_queue_oldest_waiting_seconds{service="auth"}': '0 90 0 2 90x2 0x20' },
      at: '15m',
      fires: [],
    },
  ],
};

export const queueGroups: readonly RuleGroup[] = [
  { file: 'queues', name: 'loyalnest-queues', recordings: ratios, alerts: [slow, intakeFills] },
  { file: 'queues', name: 'loyalnest-events', alerts: [outboxOld, consumerLags, brokerLags, setAside] },
  { file: 'queues', name: 'loyalnest-jobs', alerts: [jobFails, jobsWait] },
];

function waits(metric: string, quick: string, all: string): Record<string, string> {
  return { [`${metric}_bucket{le="2"}`]: quick, [`${metric}_count`]: all };
}
