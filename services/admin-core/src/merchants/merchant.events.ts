import { appUninstalled } from '@loyalnest/contracts/events';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { Injectable } from '@nestjs/common';
import { MerchantService } from './merchant.service.ts';

/** Hears from auth that a shop removed the app. */
@Injectable()
export class MerchantEvents implements EventHandler {
  readonly types = [appUninstalled.name];

  constructor(private readonly merchants: MerchantService) {}

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    for (const event of events) {
      const { merchantId } = appUninstalled.schema.parse(event.payload);
      // When auth published it, by our clock; the payload's time is by Shopify's.
      await this.merchants.uninstall(tx, merchantId, event.occurredAt);
    }
  }
}
