import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { removedMax, removeOld } from '@loyalnest/platform/database/remove-old';
import { purgeEvents } from '@loyalnest/platform/events/purge';
import type { Job } from '@loyalnest/platform/jobs/job';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { merchantBatches } from '../shops/merchant-batches.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** A caller that repeats a request does so within minutes; nobody repeats one after a month. */
const answersKeptMs = 30 * dayMs;
/** A season of nightly proofs. */
const proofsKeptMs = 90 * dayMs;
/** Bodies name people, and Shopify gives a month to fulfil a redaction; what nobody mended by then is not mended. */
const failuresKeptMs = 30 * dayMs;

const keptRows = [
  { table: 'idempotency_keys', column: 'created_at', keptMs: answersKeptMs },
  { table: 'webhook_failures', column: 'kept_at', keptMs: failuresKeptMs },
  { table: 'ledger_proofs', column: 'proved_at', keptMs: proofsKeptMs },
] as const;

/** Removes what nobody needs any more. Never a transfer, its key, a lot or an order. */
@Injectable()
export class ForgetOldRows implements Job {
  readonly name = 'forget-old-rows';
  readonly schedule = { cron: '40 3 * * *' };

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<void> {
    const now = this.clock.now();
    await purgeEvents(this.database, now);
    for (const merchantIds of await merchantBatches(this.directory)) {
      for (const { table, column, keptMs } of keptRows) {
        await removeOld(this.database, merchantIds, (tx) =>
          tx.execute(
            `delete from ${table} where ctid in (select ctid from ${table} where ${column} < $1 limit ${removedMax})`,
            [new Date(now.getTime() - keptMs)],
          ),
        );
      }
    }
  }
}
