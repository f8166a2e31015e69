import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { findServices } from '@loyalnest/platform/database/migrate';
import type { Alert, RuleGroup, Series } from './alert.ts';

const day = 86_400;
const mebibyte = 1024 * 1024;

/**
 * Above the 385 MB that all services together took at their peak under load (docs/performance.md), and far enough below
 * what containers may take at all (deploy/compose, the chart's values) that somebody hears of it before the kernel acts.
 */
export const memoryHighBytes = 400 * mebibyte;

const down: Alert = {
  name: 'LoyalNestProcessDown',
  expr: 'up{job="loyalnest"} == 0',
  for: '1m',
  severity: 'page',
  summary: 'A process does not answer Prometheus: it is down, or cut off',
  cases: [
    { series: { 'up{job="loyalnest",instance="points:7402"}': '1x3 0x10' }, at: '8m', fires: [target('points:7402')] },
    { series: { 'up{job="loyalnest",instance="points:7402"}': '1x3 0x0 1x10' }, at: '8m', fires: [] },
  ],
};

const services = findServices(join(root, 'services'));
/** What every process tells of each service in it, in either shape and whatever is away. */
function presence(service: string): string {
  return `loyalnest_database_connections_max{service="${service}"}`;
}

const serviceGone: Alert = {
  name: 'LoyalNestServiceGone',
  // A process whose name is no longer resolved is no target that does not answer: it is none.
  expr: services.map((service) => `absent(${presence(service)})`).join(' or '),
  for: '2m',
  severity: 'page',
  summary: 'No process of a service is there, or none that Prometheus knows of',
  cases: [
    { series: { ...presences('6x40'), [presence('points')]: '6x3 stale' }, at: '10m', fires: [{ service: 'points' }] },
    { series: { ...presences('6x40'), [presence('points')]: '6x3 stale 6x30' }, at: '10m', fires: [] },
  ],
};

const nobodyWatched: Alert = {
  name: 'LoyalNestNobodyWatched',
  expr: 'absent(up{job="loyalnest"})',
  for: '5m',
  severity: 'page',
  summary: 'Prometheus knows of no process at all: what is silent may be broken',
  cases: [
    { series: { 'up{job="prometheus"}': '1x30' }, at: '20m', fires: [{ job: 'loyalnest' }] },
    { series: { 'up{job="loyalnest",instance="auth:7402"}': '1x30' }, at: '20m', fires: [] },
  ],
};

const databaseAway: Alert = {
  name: 'LoyalNestDatabaseAway',
  expr: 'min by (service, instance) (loyalnest_database_up) == 0',
  for: '1m',
  severity: 'page',
  summary: 'A service does not reach its database: everything it is asked is answered 503',
  cases: [
    {
      series: { 'loyalnest_database_up{service="auth",instance="auth:7402"}': '1x3 0x10' },
      at: '8m',
      fires: [{ service: 'auth', instance: 'auth:7402' }],
    },
    { series: { 'loyalnest_database_up{service="auth",instance="auth:7402"}': '1x3 0 1x10' }, at: '8m', fires: [] },
  ],
};

const figuresMissing: Alert = {
  name: 'LoyalNestFiguresMissing',
  expr: 'min_over_time(loyalnest_metric_sources_unread[10m]) > 0',
  for: '5m',
  severity: 'ticket',
  summary: 'Figures of a process cannot be read, so alerts on them are silent: mostly Redis or Kafka is away',
  cases: [
    {
      series: { 'loyalnest_metric_sources_unread{instance="auth:7402"}': '0x3 1x30' },
      at: '30m',
      fires: [{ instance: 'auth:7402' }],
    },
    { series: { 'loyalnest_metric_sources_unread{instance="auth:7402"}': '0x3 1x5 0x1 1x30' }, at: '14m', fires: [] },
  ],
};

const poolExhausted: Alert = {
  name: 'LoyalNestDatabasePoolExhausted',
  expr: 'min_over_time(loyalnest_database_waiting_requests[5m]) > 0',
  for: '5m',
  severity: 'ticket',
  summary: 'Requests have been waiting for a connection to the database for minutes',
  cases: [
    {
      series: { 'loyalnest_database_waiting_requests{service="points"}': '0x5 4x30' },
      at: '20m',
      fires: [{ service: 'points' }],
    },
    { series: { 'loyalnest_database_waiting_requests{service="points"}': '0 9 0 9 0 9 0x30' }, at: '20m', fires: [] },
  ],
};

const blocked: Alert = {
  name: 'LoyalNestEventLoopBlocked',
  expr: 'nodejs_eventloop_lag_p99_seconds{job="loyalnest"} > 0.25',
  for: '5m',
  severity: 'ticket',
  summary: 'A process is so busy that everything in it waits: it needs more processor, or a second one beside it',
  cases: [
    {
      series: { 'nodejs_eventloop_lag_p99_seconds{job="loyalnest",instance="points:7402"}': '0.4x20' },
      at: '10m',
      fires: [target('points:7402')],
    },
    {
      series: { 'nodejs_eventloop_lag_p99_seconds{job="loyalnest",instance="points:7402"}': '0.02x20' },
      at: '10m',
      fires: [],
    },
  ],
};

const memory: Alert = {
  name: 'LoyalNestMemoryHigh',
  expr: `process_resident_memory_bytes{job="loyalnest"} > ${memoryHighBytes}`,
  for: '5m',
  severity: 'ticket',
  summary:
    'A process holds more memory than it needs under load, and is killed when it reaches the limit of its container',
  cases: [
    {
      series: { 'process_resident_memory_bytes{job="loyalnest",instance="points:7402"}': '450000000x20' },
      at: '10m',
      fires: [target('points:7402')],
    },
    {
      series: { 'process_resident_memory_bytes{job="loyalnest",instance="points:7402"}': '385000000x20' },
      at: '10m',
      fires: [],
    },
  ],
};

const ends = '(loyalnest_certificate_not_after_timestamp_seconds - time())';

const certificateEnds: Alert = {
  name: 'LoyalNestCertificateEnds',
  expr: `min by (file) ${ends} < ${3 * day}`,
  for: '10m',
  severity: 'page',
  summary: 'A certificate ends within three days, has ended, or cannot be read',
  cases: [
    {
      series: { 'loyalnest_certificate_not_after_timestamp_seconds{file="tls.crt"}': `${2 * day}x60` },
      at: '30m',
      fires: [{ file: 'tls.crt' }],
    },
    {
      series: { 'loyalnest_certificate_not_after_timestamp_seconds{file="tls.crt"}': `${10 * day}x60` },
      at: '30m',
      fires: [],
    },
  ],
};

const certificateEndsSoon: Alert = {
  name: 'LoyalNestCertificateEndsSoon',
  expr: `min by (file) ${ends} < ${14 * day}`,
  for: '1h',
  severity: 'ticket',
  summary: 'A certificate ends within two weeks: whatever renews it has not',
  cases: [
    {
      series: { 'loyalnest_certificate_not_after_timestamp_seconds{file="tls.crt"}': `${10 * day}x180` },
      at: '2h',
      fires: [{ file: 'tls.crt' }],
    },
    {
      series: { 'loyalnest_certificate_not_after_timestamp_seconds{file="tls.crt"}': `${60 * day}x180` },
      at: '2h',
      fires: [],
    },
  ],
};

export const processGroups: readonly RuleGroup[] = [
  {
    file: 'processes',
    name: 'loyalnest-processes',
    alerts: [down, serviceGone, nobodyWatched, databaseAway, figuresMissing, poolExhausted, blocked, memory],
  },
  { file: 'processes', name: 'loyalnest-certificates', alerts: [certificateEnds, certificateEndsSoon] },
];

function presences(values: string): Series {
  return Object.fromEntries(services.map((service) => [presence(service), values]));
}

function target(instance: string) {
  return { job: 'loyalnest', instance };
}
