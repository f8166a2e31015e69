import { customerDeleted, customerMerged } from '@loyalnest/contracts/events';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { Injectable } from '@nestjs/common';
import { buildMembers, findPosition, lockProjections } from './projection.repository.ts';

/**
 * Customers who go: their standing decides whose their figures are, and it may change without a transfer. Heard after the
 * departure itself, in its transaction.
 */
@Injectable()
export class MemberEvents implements EventHandler {
  readonly types = [customerMerged.name, customerDeleted.name];

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    await lockProjections(tx);
    const after = await findPosition(tx);
    // Nothing is projected yet; the first build sees these customers as they are then.
    if (!after) return;
    for (const event of events) await buildMembers(tx, event.merchantId, customersOf(event), after);
  }
}

function customersOf(event: DeliveredEvent): number[] {
  if (event.type === customerDeleted.name) return [customerDeleted.schema.parse(event.payload).customerId];
  const { keptCustomerId, mergedCustomerId } = customerMerged.schema.parse(event.payload);
  return [keptCustomerId, mergedCustomerId];
}
