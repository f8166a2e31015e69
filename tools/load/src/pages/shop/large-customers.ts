import { recordProfiles, type ProfileArrival } from '@loyalnest/admin-core/customers/customer-batch';
import { sealProfile } from '@loyalnest/admin-core/customers/customer-profile';
import { nameLists } from '@loyalnest/dev/seed/names';
import type { Encryption } from '@loyalnest/platform/crypto/encryption';
import type { Database } from '@loyalnest/platform/database/database';
import { customerIdBase } from '../../orders/population.ts';

const batchMax = 1_000;
/** Customers are older than the shop's first order, so that none of them joins a programme by being written. */
const olderMs = 400 * 24 * 60 * 60 * 1_000;

type LargeCustomers = {
  database: Database;
  encryption: Encryption;
  merchantId: number;
  customers: number;
  now: Date;
  onProgress?: (written: number) => void;
};

/** Names and addresses of a large shop's customers, the way that a webhook's are kept: encrypted, and found by their tokens. */
export async function writeLargeCustomers(options: LargeCustomers): Promise<void> {
  const { database, encryption, merchantId, customers, now, onProgress } = options;
  const createdAt = new Date(now.getTime() - olderMs);
  for (let start = 0; start < customers; start += batchMax) {
    const numbers = Array.from({ length: Math.min(batchMax, customers - start) }, (_, index) => start + index);
    const arrivals: ProfileArrival[] = await Promise.all(
      numbers.map(async (number) => {
        const key = { merchantId, customerId: customerIdBase + number };
        return {
          ...key,
          news: {
            kind: 'profile',
            isCreation: false,
            hasAccount: true,
            createdAt,
            time: { updatedAt: createdAt, triggeredAt: null },
          },
          profile: await sealProfile(encryption, key, profileOf(number)),
        };
      }),
    );
    await database.forMerchant(merchantId, (tx) => recordProfiles(tx, arrivals, now));
    onProgress?.(start + numbers.length);
  }
}

/** Each customer has a name of one language, and an address that nobody else has. */
function profileOf(number: number) {
  const { language, first, last } = nthOf(nameLists, number);
  const [firstName = '', latinFirst = firstName] = nthOf(first, Math.floor(number / 7)).split('|');
  const [lastName = '', latinLast = lastName] = nthOf(last, Math.floor(number / 3)).split('|');
  const email = `${latinFirst}.${latinLast.replace(/\W/g, '')}.${number}@example.com`.toLowerCase();
  return { email, phone: null, firstName, lastName, locale: language };
}

function nthOf<T>(list: readonly T[], nth: number): T {
  const found = list[nth % list.length];
  if (found === undefined) throw new Error('an empty list has no element');
  return found;
}
