import { isUnavailable } from '../database/database.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { EventConsumer } from './consumer.ts';
import type { DeliveredEvent } from './outbox.ts';
import type { Destination } from './relay.ts';

/** Events per delivery: large enough to amortise a transaction, small enough to redo. */
export const deliveryMax = 500;
/** Tries before an event that fails alone is set aside. */
const attemptsMax = 3;

export type DeliverOptions = {
  consumer: EventConsumer;
  logger: Logger;
  /** Hears of an event before it is set aside. */
  onFailure?: (event: DeliveredEvent, error: unknown) => Promise<void>;
};

/** A consumer in this process, as a relay sees it. */
export function toConsumer(options: DeliverOptions): Destination {
  return { name: options.consumer.name, batchMax: deliveryMax, take: (events) => deliver(events, options) };
}

/**
 * Hands events to a consumer: all of them at once, or, when that fails, one after the other in their order. One that fails
 * alone again and again is set aside. Throws when the database is away; who calls tries again then.
 */
export async function deliver(events: readonly DeliveredEvent[], options: DeliverOptions): Promise<void> {
  try {
    await options.consumer.receive(events);
  } catch (error) {
    if (isUnavailable(error)) throw error;
    for (const event of events) await deliverOne(event, options);
  }
}

async function deliverOne(event: DeliveredEvent, { consumer, logger, onFailure }: DeliverOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await consumer.receive([event]);
      return;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      if (attempt < attemptsMax) continue;
      logger.error({ err: error, source: event.source, eventId: event.id, type: event.type }, 'event set aside');
      await onFailure?.(event, error);
      await consumer.setAside(event, error);
      return;
    }
  }
}
