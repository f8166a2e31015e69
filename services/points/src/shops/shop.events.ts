import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import { merchantInstalled, merchantRedacted, merchantUninstalled, merchantUpdated } from '@loyalnest/contracts/events';
import { Clock } from '@loyalnest/platform/clock';
import type { Tx } from '@loyalnest/platform/database/database';
import type { EventHandler } from '@loyalnest/platform/events/consumer';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import { shopSchema, ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { raiseSettingsEpoch } from '../programme/programme.repository.ts';
import { addDefaultRewards } from '../rewards/default-rewards.ts';

/** Keeps the shops that the door knows; a shop's first installation starts it with the default programme. */
@Injectable()
export class ShopEvents implements EventHandler {
  readonly types = [merchantInstalled.name, merchantUpdated.name, merchantUninstalled.name, merchantRedacted.name];

  constructor(
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  async handle(tx: Tx, events: readonly DeliveredEvent[]): Promise<void> {
    for (const event of events) {
      if (event.type === merchantRedacted.name) {
        // The only personal data this service ever holds: payloads it could not read.
        await tx.query('delete from webhook_failures where merchant_id = $1', [event.merchantId]);
        continue;
      }
      const shop = shopSchema.parse(event.payload);
      await this.directory.record(tx, shop);
      if (event.type !== merchantInstalled.name) continue;
      const now = this.clock.now();
      const isNew = await addFirstSettings(tx, shop.merchantId, now);
      if (isNew) await addDefaultRewards(tx, shop, now);
    }
  }
}

async function addFirstSettings(tx: Tx, merchantId: number, now: Date): Promise<boolean> {
  const rows = await tx.query(
    `insert into program_settings (merchant_id, version, settings, changed_by, created_at)
     values ($1, 1, $2, 'defaults', $3) on conflict do nothing returning version`,
    [merchantId, JSON.stringify(defaultProgrammeSettings), now],
  );
  if (rows.length > 0) await raiseSettingsEpoch(tx);
  return rows.length > 0;
}
