import type { Dashboard } from '../panel.ts';
import { interval } from './queries.ts';

export const processes: Dashboard = {
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
