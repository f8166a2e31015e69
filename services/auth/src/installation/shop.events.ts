import { merchantInstalled, merchantRedacted, merchantUninstalled, merchantUpdated } from '@loyalnest/contracts/events';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { ShopDirectory, shopSchema } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { forgetMerchant } from '../sign-in/sign-in.repository.ts';
import { deleteToken } from './offline-token.repository.ts';

/** Keeps the shops that the guards and the door know, and forgets what a redacted shop leaves. */
@Injectable()
export class ShopEvents implements EventHandler {
  readonly types = [merchantInstalled, merchantUpdated, merchantUninstalled, merchantRedacted].map(({ name }) => name);

  constructor(private readonly directory: ShopDirectory) {}

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === merchantRedacted.name) await this.forget(tx, event.merchantId);
      else await this.directory.record(tx, shopSchema.parse(event.payload));
    }
  }

  private async forget(tx: Tx, merchantId: number): Promise<void> {
    await deleteToken(tx, merchantId);
    await forgetMerchant(tx, merchantId);
  }
}
