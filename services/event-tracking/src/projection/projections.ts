import {
  gdprRequestSubmitted,
  merchantInstalled,
  merchantUninstalled,
  pointsEarned,
  pointsRedeemed,
} from '@loyalnest/contracts/events';
import type { EventType } from '@loyalnest/contracts/event';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import type { z } from 'zod';
import { eventIdOf, type ProductEvent } from '../record/product-event.ts';

type Essence = Pick<ProductEvent, 'customerId' | 'properties'>;
type Projection = { type: string; name: string; essenceOf: (payload: unknown) => Essence };

/** Whose doing, and what about it is worth counting: the table of all product events that services publish today. */
const projections: readonly Projection[] = [
  project(pointsEarned, 'points_earned', ({ customerId, points, orderId }) => ({
    customerId,
    properties: { points, from_order: orderId !== null },
  })),
  project(pointsRedeemed, 'points_redeemed', ({ customerId, points }) => ({ customerId, properties: { points } })),
  project(gdprRequestSubmitted, 'gdpr_request_submitted', ({ kind }) => ({ customerId: null, properties: { kind } })),
  project(merchantInstalled, 'merchant_installed', ({ currency }) => ({ customerId: null, properties: { currency } })),
  project(merchantUninstalled, 'merchant_uninstalled', ({ currency }) => ({
    customerId: null,
    properties: { currency },
  })),
];

const byType = new Map(projections.map((projection) => [projection.type, projection]));

export const projectedTypes: readonly string[] = [...byType.keys()];

/** What product events are called, by the service's event that they are. */
export const productEventNames: ReadonlyMap<string, string> = new Map(
  projections.map(({ type, name }) => [type, name]),
);

/** The product event that a service's event is. Throws on a payload that breaks its contract. */
export function toProductEvent(event: DeliveredEvent): ProductEvent {
  const projection = byType.get(event.type);
  if (!projection) throw new Error(`${event.type} is no product event`);
  const { source, id, merchantId, occurredAt, payload } = event;
  return {
    merchantId,
    eventId: eventIdOf(source, id),
    occurredAt,
    name: projection.name,
    ...projection.essenceOf(payload),
  };
}

function project<Name extends string, Schema extends z.ZodType>(
  type: EventType<Name, Schema>,
  name: string,
  essenceOf: (payload: z.output<Schema>) => Essence,
): Projection {
  return { type: type.name, name, essenceOf: (payload) => essenceOf(type.schema.parse(payload)) };
}
