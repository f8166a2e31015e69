import { Clock } from '@loyalnest/platform/clock';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { merchantBatches } from '../shops/merchant-batches.ts';

const dayMs = 24 * 60 * 60 * 1_000;
/** A caller that repeats a request does so within minutes; nobody repeats one after a month. */
const answersKeptMs = 30 * dayMs;
/** An event can come again only while a consumer's position is behind it. */
const inboxKeptMs = 30 * dayMs;
/** Delivered events stay this long, so that a consumer that lost its data can start from two weeks ago. */
const eventsKeptMs = 14 * dayMs;
/** A season of nightly proofs. */
const proofsKeptMs = 90 * dayMs;
/** Bodies name people, and Shopify gives a month to fulfil a redaction; what nobody mended by then is not mended. */
const failuresKeptMs = 30 * dayMs;
/** Rows removed in one transaction. */
const rowsMax = 5_000;

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
    const now = this.clock.now().getTime();
    await this.untilDone([], (tx) =>
      tx.execute(`delete from inbox where ctid in (select ctid from inbox where received_at < $1 limit ${rowsMax})`, [
        new Date(now - inboxKeptMs),
      ]),
    );
    await this.untilDone([], async (tx) => {
      const [row] = await tx.query<{ forgotten: number }>('select forget_delivered_events($1, $2) as forgotten', [
        new Date(now - eventsKeptMs),
        rowsMax,
      ]);
      return row?.forgotten ?? 0;
    });
    for (const merchantIds of await merchantBatches(this.directory)) {
      await this.untilDone(merchantIds, (tx) =>
        tx.execute(
          `delete from idempotency_keys where ctid in (select ctid from idempotency_keys where created_at < $1 limit ${rowsMax})`,
          [new Date(now - answersKeptMs)],
        ),
      );
      await this.untilDone(merchantIds, (tx) =>
        tx.execute(
          `delete from webhook_failures where ctid in (select ctid from webhook_failures where kept_at < $1 limit ${rowsMax})`,
          [new Date(now - failuresKeptMs)],
        ),
      );
      await this.untilDone(merchantIds, (tx) =>
        tx.execute(
          `delete from ledger_proofs where ctid in (select ctid from ledger_proofs where proved_at < $1 limit ${rowsMax})`,
          [new Date(now - proofsKeptMs)],
        ),
      );
    }
  }

  /** Repeats a removal, each time in a transaction of its own, until it finds less than it may take at once. */
  private async untilDone(merchantIds: readonly number[], remove: (tx: Tx) => Promise<number>): Promise<void> {
    let removed: number;
    do {
      removed = await this.database.forMerchants(merchantIds, remove);
    } while (removed === rowsMax);
  }
}
