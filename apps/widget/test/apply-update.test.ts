import { expect, it } from 'vitest';
import { applyUpdate, withOlderPages } from '../src/live/apply-update.ts';
import { aMember, aReward, aStorefront, aTransfer, anUpdate } from './builders.ts';

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

const page = (ids: number[], nextCursor: string | null) => ({
  items: ids.map((transferId) => aTransfer({ transferId })),
  nextCursor,
});

it.each([
  [
    'keeps the older pages',
    page([6, 5, 4], 'after-4'),
    page([5, 4, 3, 2], 'after-2'),
    page([6, 5, 4, 3, 2], 'after-2'),
  ],
  [
    'lets them go when there is a gap',
    page([9, 8, 7], 'after-7'),
    page([5, 4, 3], 'after-3'),
    page([9, 8, 7], 'after-7'),
  ],
  ['has nothing to keep', page([6, 5, 4], 'after-4'), page([5, 4], null), page([6, 5, 4], 'after-4')],
  ['is empty', page([], null), page([], null), page([], null)],
])('a history that is read anew %s', (_, fresh, shown, expected) => {
  expect(withOlderPages(fresh, shown)).toEqual(expected);
});
