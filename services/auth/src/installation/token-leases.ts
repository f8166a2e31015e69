import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@loyalnest/contracts/errors';
import { Database } from '@loyalnest/platform/database/database';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';

/** Longer than an exchange, a look at the shop and a call to admin-core take at worst (5 s + 5 s + 2 s). */
const leaseSeconds = 30;
/** Whoever waits longer has lost patience; what is under way goes on. */
const waitMaxMs = 15_000;
const pollMs = 50;

/** One at a time per shop, in all processes, for work that asks Shopify for a token. */
@Injectable()
export class TokenLeases {
  constructor(
    private readonly database: Database,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  /** Runs `work` when nobody else works for the shop. A process that died holds its lease until it runs out. */
  async hold<R>(shopDomain: string, work: () => Promise<R>): Promise<R> {
    const leaseId = randomUUID();
    const deadline = performance.now() + waitMaxMs;
    while (!(await this.take(shopDomain, leaseId))) {
      if (performance.now() > deadline) throw new AppError('shopify-unavailable', undefined, { retryAfterSeconds: 5 });
      await sleep(pollMs);
    }
    try {
      return await work();
    } finally {
      await this.release(shopDomain, leaseId);
    }
  }

  /** By the database's clock, which all processes share. */
  private async take(shopDomain: string, leaseId: string): Promise<boolean> {
    const rows = await this.database.forNoMerchant((tx) =>
      tx.query(
        `insert into token_leases as held (shop_domain, lease_id, expires_at)
         values ($1, $2, clock_timestamp() + make_interval(secs => ${leaseSeconds}))
         on conflict (shop_domain) do update set lease_id = excluded.lease_id, expires_at = excluded.expires_at
           where held.expires_at < clock_timestamp()
         returning lease_id`,
        [shopDomain, leaseId],
      ),
    );
    return rows.length > 0;
  }

  private async release(shopDomain: string, leaseId: string): Promise<void> {
    try {
      await this.database.forNoMerchant((tx) =>
        tx.execute('delete from token_leases where shop_domain = $1 and lease_id = $2', [shopDomain, leaseId]),
      );
    } catch (error) {
      // The work is done and its result counts; the lease runs out by itself.
      this.logger.warn({ err: error, shopDomain }, 'lease not released');
    }
  }
}
