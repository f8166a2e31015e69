import { AppError } from '@loyalnest/contracts/errors';
import { reportableEvents, type ReportedEvent } from '@loyalnest/contracts/rest/product-events';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Principal } from '@loyalnest/shopify/guards/principal';
import { Injectable } from '@nestjs/common';
import { eventIdOf, type ProductEvent } from '../record/product-event.ts';
import { recordEvents, rememberIds } from '../record/record.repository.ts';
import { happenedAt } from './report-window.ts';

/** Takes what pages report. */
@Injectable()
export class EventIntake {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Records the events that are new, and says how many. Throws `forbidden` if one is not the caller's to report. */
  async report(principal: Principal, reported: readonly ReportedEvent[]): Promise<number> {
    const mayReport = reportableEvents[principal.kind];
    const other = reported.find(({ name }) => !mayReport.has(name));
    if (other) throw new AppError('forbidden', `A ${principal.kind} does not report ${other.name}`);
    const now = this.clock.now();
    const events = new Map(
      reported.map((event) => toProductEvent(event, principal, now)).map((event) => [event.eventId, event]),
    );
    const { merchantId } = principal;
    return this.database.forMerchant(merchantId, async (tx) => {
      const fresh = await rememberIds(tx, merchantId, { eventIds: [...events.keys()], now });
      await recordEvents(
        tx,
        [...events.values()].filter(({ eventId }) => fresh.has(eventId)),
      );
      return fresh.size;
    });
  }
}

/** The page's id counts within its shop only: nobody can take an id away from another. */
function toProductEvent(event: ReportedEvent, principal: Principal, now: Date): ProductEvent {
  const { merchantId } = principal;
  return {
    merchantId,
    eventId: eventIdOf('page', merchantId, event.id.toLowerCase()),
    occurredAt: happenedAt(event.occurredAt, now),
    name: event.name,
    customerId: principal.kind === 'shopper' ? principal.customerId : null,
    properties: { ...event.properties },
  };
}
