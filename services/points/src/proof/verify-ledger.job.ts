import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { saveProofs } from './proof.repository.ts';
import { verifyLedger } from './verify-ledger.ts';

/** Proves every merchant's ledger each night and keeps what it found. */
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
      await this.database.forMerchants(merchantIds, (tx) => saveProofs(tx, findings, now));
      for (const [merchantId, { ok, differences }] of proofs) {
        if (!ok) this.logger.error({ merchantId, differences: differences.length }, 'the ledger does not prove');
      }
    }
  }
}
