import { jsonArray, numberArray } from '@loyalnest/platform/database/arrays';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { merchantBatches } from '../shops/merchant-batches.ts';
import type { Proof } from './findings.ts';
import { verifyLedger } from './verify-ledger.ts';

/** Differences kept of one merchant's night; the command lists them all. */
const differencesKept = 100;

/** Proves every merchant's ledger each night and keeps what it found. A second proof on one day replaces the first. */
@Injectable()
export class VerifyLedger implements Job {
  readonly name = 'verify-ledger';
  readonly schedule = { cron: '0 4 * * *' };

  constructor(
    private readonly database: Database,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  async run(): Promise<void> {
    for (const merchantIds of await merchantBatches(this.directory)) {
      const now = this.clock.now();
      const findings = await verifyLedger(this.database, { merchantIds, now });
      const proofs = findings.byMerchant();
      await this.keep(proofs, now);
      for (const [merchantId, { ok, differences }] of proofs) {
        if (!ok) this.logger.error({ merchantId, differences: differences.length }, 'the ledger does not prove');
      }
    }
  }

  private async keep(proofs: ReadonlyMap<number, Proof>, now: Date): Promise<void> {
    const merchantIds = [...proofs.keys()];
    const found = [...proofs.values()];
    await this.database.forMerchants(merchantIds, (tx) =>
      tx.query(
        `insert into ledger_proofs (proved_on, proved_at, merchant_id, is_ok, checked, differences)
         select ($1::timestamptz at time zone 'UTC')::date, $1::timestamptz, *
         from unnest($2::bigint[], $3::boolean[], $4::jsonb[], $5::jsonb[])
         on conflict (merchant_id, proved_on) do update set
           proved_at = excluded.proved_at, is_ok = excluded.is_ok,
           checked = excluded.checked, differences = excluded.differences`,
        [
          now,
          numberArray(merchantIds),
          found.map(({ ok }) => ok),
          jsonArray(found.map(({ checked }) => checked)),
          jsonArray(found.map(({ differences }) => differences.slice(0, differencesKept))),
        ],
      ),
    );
  }
}
