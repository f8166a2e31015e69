import { customerCreated, customerDeleted, customerMerged } from '@loyalnest/contracts/events';
import type { NewEvent } from '@loyalnest/platform/events/outbox';
import { customerKey, type CustomerKey } from './customer.ts';

export function customerCreatedEvent(customer: CustomerKey, createdAt: Date): NewEvent {
  return {
    ...address(customer),
    type: customerCreated.name,
    payload: { ...key(customer), createdAt: createdAt.toISOString() },
  };
}

export function customerDeletedEvent(customer: CustomerKey, { isRedacted }: { isRedacted: boolean }): NewEvent {
  return { ...address(customer), type: customerDeleted.name, payload: { ...key(customer), isRedacted } };
}

/** Keyed by the customer who leaves: it follows whatever else is told of that one. */
export function customerMergedEvent({ merchantId, customerId }: CustomerKey, keptCustomerId: number): NewEvent {
  return {
    ...address({ merchantId, customerId }),
    type: customerMerged.name,
    payload: { merchantId, keptCustomerId, mergedCustomerId: customerId },
  };
}

/** Events of one customer keep their order. */
function address({ merchantId, customerId }: CustomerKey): { merchantId: number; key: string } {
  return { merchantId, key: customerKey({ merchantId, customerId }) };
}

function key({ merchantId, customerId }: CustomerKey): CustomerKey {
  return { merchantId, customerId };
}
