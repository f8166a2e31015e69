import type { Tx } from '@loyalnest/platform/database/database';
import { publish } from '@loyalnest/platform/events/publish';
import { insertTokens, replaceTokens, type TokenWrite } from '../search/token.repository.ts';
import { shareMerchants, type SharedMerchant } from '../merchants/merchant.repository.ts';
import { customerCreatedEvent } from './customer-events.ts';
import type { SealedProfile } from './customer-profile.ts';
import { customerKey, decide, type CustomerKey, type CustomerState, type ProfileNews } from './customer.ts';
import {
  insertCustomers,
  lockCustomers,
  markAnnounced,
  updateCustomers,
  type CustomerWrite,
  type LockedCustomer,
} from './customer.repository.ts';

/** One profile from Shopify. */
export type ProfileArrival = CustomerKey & { news: ProfileNews; profile: SealedProfile };

/** Another transaction was faster with a customer's first row; the batch may simply run again. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

type Change = { isNew: boolean; state: CustomerState; write: CustomerWrite | undefined; openedAt: Date | undefined };

/**
 * Takes over profiles, as far as they are news, in the transaction at hand. Locks merchants, then customers, each in the
 * order of their ids; whoever works on one customer does the same.
 */
export async function recordProfiles(tx: Tx, arrivals: readonly ProfileArrival[], now: Date): Promise<void> {
  const merchants = await shareMerchants(tx, [...new Set(arrivals.map(({ merchantId }) => merchantId))]);
  const welcome = arrivals.filter(({ merchantId }) => merchants.get(merchantId)?.redactedAt === null);
  if (welcome.length === 0) return;
  const known = await lockCustomers(tx, welcome);
  const changes = decideAll(welcome, { known, merchants });

  const writes = (isNew: boolean) =>
    changes.flatMap((change) => (change.write && change.isNew === isNew ? [change.write] : []));
  const inserted = await insertCustomers(tx, writes(true));
  if (inserted < writes(true).length) throw new LostRace();
  await insertTokens(tx, writes(true).map(toTokens));
  await updateCustomers(tx, writes(false));
  await replaceTokens(
    tx,
    writes(false)
      .filter((write) => hasOtherWords(known, write))
      .map(toTokens),
  );
  const opened = changes.filter(({ openedAt }) => openedAt !== undefined);
  for (const { write, customer } of opened) if (!write) await markAnnounced(tx, customer);
  const events = opened.flatMap(({ customer, openedAt }) =>
    openedAt ? [customerCreatedEvent(customer, openedAt)] : [],
  );
  await publish(tx, events, now);
}

/** Most updates are about orders and addresses, and leave everything that the search looks at as it was. */
function hasOtherWords(known: ReadonlyMap<string, LockedCustomer>, write: CustomerWrite): boolean {
  return known.get(customerKey(write))?.searchDigest !== write.profile.search.digest;
}

function toTokens({ merchantId, customerId, profile }: CustomerWrite): TokenWrite {
  return { merchantId, customerId, tokens: profile.search.tokens };
}

type Known = { known: ReadonlyMap<string, LockedCustomer>; merchants: ReadonlyMap<number, SharedMerchant> };

/** What becomes of each customer that has news, be it from one arrival or several. */
function decideAll(
  arrivals: readonly ProfileArrival[],
  { known, merchants }: Known,
): (Change & { customer: CustomerKey })[] {
  const changes = new Map<string, Change & { customer: CustomerKey }>();
  for (const arrival of arrivals) {
    const merchant = merchants.get(arrival.merchantId);
    if (!merchant) continue;
    const key = customerKey(arrival);
    const before = changes.get(key);
    const decision = decide(before?.state ?? known.get(key)?.state, arrival.news, merchant);
    if (decision.outcome !== 'profile') continue;
    const { merchantId, customerId, profile, news } = arrival;
    const { state } = decision;
    const write = decision.takesProfile
      ? { merchantId, customerId, state, createdAt: news.createdAt, profile }
      : before?.write;
    changes.set(key, {
      customer: { merchantId, customerId },
      isNew: before?.isNew ?? !known.has(key),
      state,
      write: write && { ...write, state },
      openedAt: decision.isOpened ? news.createdAt : before?.openedAt,
    });
  }
  return [...changes.values()];
}
