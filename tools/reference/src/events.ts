import { eventTypes } from '@loyalnest/contracts/events';
import type { EventType } from '@loyalnest/contracts/event';
import { z } from 'zod';
import { code, generatedFrom, table } from './markdown.ts';
import type { Job, Server } from './server.ts';

/** docs/events.md: every event with its payload, who listens to it, and the jobs that run. */
export function describeEvents({ services, productEvents }: Pick<Server, 'services' | 'productEvents'>): string {
  const listenersOf = (name: string) =>
    services.filter(({ listensTo }) => listensTo.includes(name)).map((service) => service.name);
  const publishers = [...new Set(eventTypes.map((type) => type.service))];
  const sections = publishers.map((publisher) => {
    const own = eventTypes.filter((type) => type.service === publisher);
    return `## Published by ${publisher}\n\n${own.map((type) => describeEvent(type, listenersOf(type.name), productEvents[type.name])).join('\n\n')}`;
  });
  const jobs = services.flatMap((service) =>
    service.jobs.map((job) => [code(service.name), code(job.name), describeSchedule(job.schedule)]),
  );
  return `${generatedFrom('libs/contracts/src/events.ts and the handlers and jobs of the services')}

# Events and jobs

An event is a fact of the past. Its service writes it to its outbox in the transaction whose effect it tells; the relay
hands it to each listener at least once, in the order of commits, and the listener's inbox drops what it already has
([how](architecture.md#events)). Names end in their version: a payload may gain fields, anything else is a new version.
Payloads hold ids and numbers, never personal data. Times are RFC 3339 in UTC, points are whole numbers.

${sections.join('\n\n')}

## Jobs

Each runs once however many processes there are; times are UTC.

${table(['service', 'job', 'when'], jobs)}
`;
}

function describeEvent(
  { name, description, schema }: EventType,
  listeners: readonly string[],
  productEvent: string | undefined,
): string {
  const heard = listeners.length > 0 ? `Heard by ${listeners.join(', ')}.` : 'Nobody listens yet.';
  const counted = productEvent === undefined ? '' : ` Counted as the product event ${code(productEvent)}.`;
  return `### ${name}\n\n${description} ${heard}${counted}\n\n${table(['field', 'type'], fieldsOf(schema))}`;
}

type JsonSchema = { type?: string; enum?: string[]; items?: JsonSchema; anyOf?: JsonSchema[]; description?: string };

function fieldsOf(schema: z.ZodType): string[][] {
  const { properties = {} } = z.toJSONSchema(schema) as { properties?: Record<string, JsonSchema> };
  return Object.entries(properties).map(([name, field]) => [code(name), typeOf(field)]);
}

function typeOf(field: JsonSchema): string {
  if (field.anyOf) return field.anyOf.map(typeOf).join(' or ');
  if (field.enum) return field.enum.map(code).join(', ');
  if (field.type === 'array') return `list of ${typeOf(field.items ?? {})}`;
  return field.type ?? 'any';
}

function describeSchedule(schedule: Job['schedule']): string {
  return 'cron' in schedule ? code(schedule.cron) : `every ${schedule.everyMs / 1_000} s`;
}
