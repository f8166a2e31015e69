import { AppError } from '@loyalnest/contracts/errors';
import { Clock } from '@loyalnest/platform/clock';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, isRetryable, isUnavailable } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import { Injectable } from '@nestjs/common';
import { Coalescer } from './coalescer.ts';
import { LostRace, recordProfiles, type ProfileArrival } from './customer-batch.ts';
import { sealProfile, type CustomerProfile } from './customer-profile.ts';
import type { CustomerKey, ProfileNews } from './customer.ts';

/** Profiles of one transaction. Shopify tells of a customer with each of its orders, so they arrive as fast as those. */
const batchMax = 128;
/** Tries of a batch that lost a race. */
const attemptsMax = 5;

/** Takes over profiles as they arrive, several in one transaction when several wait. */
@Injectable()
export class CustomerIntake {
  readonly #arrivals: Coalescer<ProfileArrival>;

  constructor(
    private readonly database: Database,
    private readonly signal: OutboxSignal,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
  ) {
    this.#arrivals = new Coalescer({
      batchMax,
      process: (arrivals) => this.record(arrivals),
      isShared: (error) => isUnavailable(error) || error instanceof AppError,
    });
  }

  /** Resolves when the profile is taken over, or is no news. Throws `AppError` 503 when it should be sent again. */
  async submit(customer: CustomerKey, news: ProfileNews, profile: CustomerProfile): Promise<void> {
    const sealed = await sealProfile(this.encryption, customer, profile);
    await this.#arrivals.submit({ ...customer, news, profile: sealed });
  }

  private async record(arrivals: readonly ProfileArrival[]): Promise<void> {
    const merchantIds = [...new Set(arrivals.map(({ merchantId }) => merchantId))];
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.database.forMerchants(merchantIds, (tx) => recordProfiles(tx, arrivals, this.clock.now()));
        this.signal.committed();
        return;
      } catch (error) {
        const lostRace = error instanceof LostRace || isRetryable(error);
        if (!lostRace) throw error;
        if (attempt === attemptsMax)
          throw new AppError('overloaded', undefined, { cause: error, retryAfterSeconds: 1 });
      }
    }
  }
}
