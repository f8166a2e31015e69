import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { Injectable } from '@nestjs/common';
import { recordEvents } from '../record/record.repository.ts';
import { projectedTypes, toProductEvent } from './projections.ts';

/** Records what the services publish as product events. */
@Injectable()
export class ProjectionEvents implements EventHandler {
  readonly types = projectedTypes;

  handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    return recordEvents(tx, events.map(toProductEvent));
  }
}
