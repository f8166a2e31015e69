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
