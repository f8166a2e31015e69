import type { Database } from '@loyalnest/platform/database/database';
import { roleName, schemaName } from '@loyalnest/platform/database/roles';
import { checkEvents } from './event-check.ts';
import type { Findings } from './findings.ts';
import { onSnapshot } from './snapshot.ts';

/** Schemas that hold an outbox, and whose service has a role; others in the same database are none of ours. */
const schemasSql = `
select nspname::text as schema
from pg_class
join pg_namespace on pg_namespace.oid = relnamespace
join pg_roles on rolname = $1 || nspname
where relname = 'outbox' and relkind = 'r'
order by nspname`;

/** Services beside points that send or hear events, as their schemas name them. */
export async function findOtherServices(database: Database): Promise<string[]> {
  const rows = await database.forNoMerchant((tx) => tx.query<{ schema: string }>(schemasSql, [roleName('')]));
  return rows.map(({ schema }) => schema.replaceAll('_', '-')).filter((service) => schemaName(service) !== 'points');
}

export type ServiceEvents = {
  service: string;
  /** Absent: every merchant, also those that points never heard of, because that event may be the one that waits. */
  merchantIds?: readonly number[];
  findings: Findings;
  now: Date;
};

/** Checks the events of another service, in its own database. */
export function verifyServiceEvents(
  database: Database,
  { service, merchantIds, findings, now }: ServiceEvents,
): Promise<void> {
  return onSnapshot(database, merchantIds ?? [], (tx) => checkEvents(tx, merchantIds, { service, findings, now }));
}
