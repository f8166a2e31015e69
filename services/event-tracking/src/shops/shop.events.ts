import {
  customerDeleted,
  merchantInstalled,
  merchantRedacted,
  merchantUninstalled,
  merchantUpdated,
} from '@loyalnest/contracts/events';
import { Clock } from '@loyalnest/platform/clock';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { shopSchema, ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { eraseCustomer, eraseMerchant, readmitMerchant } from '../record/record.repository.ts';

/**
 * Keeps the shops that the guards know, and forgets the shops and customers that are to be forgotten. One handler for both:
 * a shop's redaction and its return may come in one batch, and their order decides.
 */
@Injectable()
export class ShopEvents implements EventHandler {
  readonly types = [
    merchantInstalled.name,
    merchantUpdated.name,
    merchantUninstalled.name,
    merchantRedacted.name,
    customerDeleted.name,
  ];

  constructor(
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    for (const event of events) await this.handleOne(tx, event);
  }

  private async handleOne(tx: Tx, { type, payload }: DeliveredEvent): Promise<void> {
    if (type === customerDeleted.name) return eraseCustomer(tx, customerDeleted.schema.parse(payload));
    if (type === merchantRedacted.name) {
      const { merchantId } = merchantRedacted.schema.parse(payload);
      return eraseMerchant(tx, { merchantId, now: this.clock.now() });
    }
    const shop = shopSchema.parse(payload);
    await this.directory.record(tx, shop);
    if (type === merchantInstalled.name) await readmitMerchant(tx, shop.merchantId);
  }
}
