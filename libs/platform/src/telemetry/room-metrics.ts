import { isUnavailable, type Database, type Tx } from '../database/database.ts';
import type { Labels, MetricSource, Reading } from './instruments.ts';

type Room = { service: { name: string }; database: Database };

/** A backlog is counted up to here: beyond it only the age of its oldest event says more. */
const waitingMax = 10_000;

/** What can be read of a service's place in the database: its pool, its outbox, and the events that wait for a person. */
export function roomMetrics({ service, database }: Room): MetricSource[] {
  const labels = { service: service.name };
  return [{ read: () => readPool(labels, database) }, { read: () => readDatabase(labels, database) }];
}

function readPool(labels: Labels, { pool }: Database): Reading[] {
  const { totalCount, idleCount, waitingCount } = pool;
  return [
    {
      name: 'loyalnest_database_connections',
      help: 'Connections of a service to the database, by whether they are in use.',
      type: 'gauge',
      samples: [
        { labels: { ...labels, state: 'busy' }, value: totalCount - idleCount },
        { labels: { ...labels, state: 'idle' }, value: idleCount },
      ],
    },
    gauge('loyalnest_database_connections_max', 'Connections that a service may have.', labels, pool.options.max),
    gauge('loyalnest_database_waiting_requests', 'Requests that wait for a connection.', labels, waitingCount),
  ];
}

/** A database that is away is a figure too; without it there are no others. */
async function readDatabase(labels: Labels, database: Database): Promise<Reading[]> {
  const up = (value: number) =>
    gauge('loyalnest_database_up', 'Whether a service reaches its database: 1 or 0.', labels, value);
  try {
    return [up(1), ...(await database.forNoMerchant((tx) => readEvents(tx, labels)))];
  } catch (error) {
    if (isUnavailable(error)) return [up(0)];
    throw error;
  }
}

type Backlog = { consumer: string; waiting: number; age_seconds: number };

/** Relies on the primary key of `outbox`, (xid, id). */
const backlogSql = `
select consumer, coalesce(behind.waiting, 0)::int as waiting,
  coalesce(greatest(extract(epoch from now() - oldest.occurred_at), 0), 0)::float8 as age_seconds
from outbox_cursors
left join lateral (
  select occurred_at from outbox where (outbox.xid, outbox.id) > (outbox_cursors.xid, outbox_cursors.id)
  order by outbox.xid, outbox.id limit 1
) as oldest on true
left join lateral (
  select count(*) as waiting from (
    select from outbox where (outbox.xid, outbox.id) > (outbox_cursors.xid, outbox_cursors.id) limit ${waitingMax}
  ) as counted
) as behind on true
order by consumer`;

async function readEvents(tx: Tx, labels: Labels): Promise<Reading[]> {
  const backlogs = await tx.query<Backlog>(backlogSql, [], 'read-backlogs');
  const [failures] = await tx.query<{ count: number }>('select count(*) as count from inbox_failures');
  return [
    {
      name: 'loyalnest_outbox_oldest_event_age_seconds',
      help: 'Age of the oldest event of a service that a consumer has not passed; 0 when none waits.',
      type: 'gauge',
      samples: backlogs.map(({ consumer, age_seconds }) => ({ labels: { ...labels, consumer }, value: age_seconds })),
    },
    {
      name: 'loyalnest_consumer_lag_events',
      help: `Events of a service that a consumer has not passed; in an outbox counted up to ${waitingMax}.`,
      type: 'gauge',
      samples: backlogs.map(({ consumer, waiting }) => ({ labels: { ...labels, consumer }, value: waiting })),
    },
    gauge(
      'loyalnest_inbox_failures',
      'Events that a service could not handle, and that wait for a person.',
      labels,
      failures?.count ?? 0,
    ),
  ];
}

export function gauge(name: string, help: string, labels: Labels, value: number): Reading {
  return { name, help, type: 'gauge', samples: [{ labels, value }] };
}
