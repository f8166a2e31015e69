import { expect, it } from 'vitest';
import { applyUpdate } from '../src/live/apply-update.ts';
import { aMember, aReward, aStorefront, anUpdate } from './builders.ts';

it('moves the balance, what it can buy, and the history', () => {
  const before = aStorefront(aMember({ rewards: [aReward({ points: 120 }), aReward({ rewardId: 2, points: 500 })] }));
  const { member } = applyUpdate(before, anUpdate({ transferId: 2, available: 137 }));
  expect(member?.balance).toMatchObject({ available: 137, nextExpiry: null });
  expect(member?.rewards.map(({ isAffordable, missingPoints }) => [isAffordable, missingPoints])).toEqual([
    [true, 0],
    [false, 363],
  ]);
  expect(member?.history.items.map(({ transferId }) => transferId)).toEqual([2, 1]);
});

it('changes nothing for a transfer that an answer held already', () => {
  const before = aStorefront();
  expect(applyUpdate(before, anUpdate({ transferId: 1 }))).toBe(before);
});

it('changes nothing for a visitor, or for somebody else', () => {
  const guest = aStorefront(null);
  expect(applyUpdate(guest, anUpdate())).toBe(guest);
  const member = aStorefront();
  expect(applyUpdate(member, anUpdate({ of: 8 }))).toBe(member);
});
