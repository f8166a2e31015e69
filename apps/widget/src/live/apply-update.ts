import type { HistoryPage } from '@loyalnest/contracts/rest/points';
import type { StorefrontResponse } from '@loyalnest/contracts/rest/storefront';
import type { Update } from './connection.ts';

/** What the panel shows after an update. One that tells of a transfer we have already, or of somebody else, changes nothing. */
export function applyUpdate(storefront: StorefrontResponse, update: Update): StorefrontResponse {
  const { member } = storefront;
  const { transfer, balance } = update;
  if (!member || balance.customerId !== member.customerId) return storefront;
  if (member.history.items.some(({ transferId }) => transferId === transfer.transferId)) return storefront;
  return {
    ...storefront,
    member: {
      ...member,
      balance: { ...member.balance, ...balance },
      rewards: member.rewards.map((reward) => ({
        ...reward,
        isAffordable: reward.points <= balance.available,
        missingPoints: Math.max(0, reward.points - balance.available),
      })),
      history: { ...member.history, items: [transfer, ...member.history.items] },
    },
  };
}

/** A new first page before the pages that the shopper has already asked for, unless so much is new that a gap lies between. */
export function withOlderPages(fresh: HistoryPage, shown: HistoryPage): HistoryPage {
  const last = fresh.items.at(-1);
  const place = shown.items.findIndex(({ transferId }) => transferId === last?.transferId);
  const older = place < 0 ? [] : shown.items.slice(place + 1);
  if (older.length === 0) return fresh;
  return { items: [...fresh.items, ...older], nextCursor: shown.nextCursor };
}
