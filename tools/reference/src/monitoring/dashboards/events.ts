import type { Dashboard } from '../panel.ts';
import { interval, quantile } from './queries.ts';

export const events: Dashboard = {
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
