import { customerDeleted, customerMerged } from '@loyalnest/contracts/events';
import { Clock } from '@loyalnest/platform/clock';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { Injectable } from '@nestjs/common';
import { KnownBalances } from '../balance/known-balances.ts';
import { deleteFailuresOfCustomer } from '../webhook-failures/webhook-failures.repository.ts';
import { Departures } from './departures.service.ts';

/** Customers who go: merged into another, or deleted. */
@Injectable()
export class DepartureEvents implements EventHandler {
  readonly types = [customerMerged.name, customerDeleted.name];

  constructor(
    private readonly departures: Departures,
    private readonly known: KnownBalances,
    private readonly clock: Clock,
  ) {}

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    for (const event of events) await this.handleOne(tx, event, this.clock.now());
  }

  private async handleOne(tx: Tx, event: DeliveredEvent, now: Date): Promise<void> {
    if (event.type === customerDeleted.name) {
      const { merchantId, customerId } = customerDeleted.schema.parse(event.payload);
      tx.onCommit(() => this.known.forget({ merchantId, customerId }));
      await deleteFailuresOfCustomer(tx, { merchantId, customerId });
      return this.departures.close(tx, { merchantId, customerId }, now);
    }
    const { merchantId, keptCustomerId, mergedCustomerId } = customerMerged.schema.parse(event.payload);
    tx.onCommit(() => {
      for (const customerId of [mergedCustomerId, keptCustomerId]) this.known.forget({ merchantId, customerId });
    });
    return this.departures.merge(tx, { merchantId, from: mergedCustomerId, to: keptCustomerId }, now);
  }
}
