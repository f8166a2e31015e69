import { describe, expect, it } from 'vitest';
import { pointValue, pointValueText, worthMinor } from '../src/rewards/point-value.ts';

function aReward(change: Partial<Parameters<typeof pointValue>[0][number]> = {}) {
  return { kind: 'fixed_amount' as const, amountMinor: 500, points: 500, isOpen: true, ...change };
}

describe('the value of a point', () => {
  it('is the best rate among open rewards of a fixed amount', () => {
    const rewards = [
      aReward(),
      aReward({ amountMinor: 1_500, points: 1_000 }),
      aReward({ amountMinor: 9_000, points: 1, isOpen: false }),
      aReward({ kind: 'free_shipping', amountMinor: 9_000, points: 1 }),
    ];
    expect(pointValue(rewards)).toEqual({ amountMinor: 1_500, points: 1_000 });
  });

  it('is unknown while no reward says it', () => {
    const rewards = [aReward({ kind: 'free_shipping', amountMinor: null }), aReward({ isOpen: false })];
    expect(pointValue(rewards)).toBeNull();
    expect(worthMinor(100, null)).toBeNull();
  });

  it('compares rates whose product exceeds what a float holds exactly', () => {
    const almost = aReward({ amountMinor: 99_999_999_999, points: 1_000_000_000 });
    const whole = aReward({ amountMinor: 100_000_000_000, points: 1_000_000_000 });
    expect(pointValue([almost, whole])).toEqual({ amountMinor: whole.amountMinor, points: whole.points });
  });

  it.each([
    { points: 1_000, worth: 333 },
    { points: 5, worth: 2 },
    { points: 4, worth: 1 },
    { points: -1_000, worth: -333 },
    { points: 0, worth: 0 },
  ])('makes $points points worth $worth at 1 minor unit for 3 points', ({ points, worth }) => {
    expect(worthMinor(points, { amountMinor: 1, points: 3 })).toBe(worth);
  });

  it.each([
    { amountMinor: 500, points: 500, text: '1' },
    { amountMinor: 500, points: 1_000, text: '0.5' },
    { amountMinor: 1, points: 3, text: '0.333333' },
    { amountMinor: 1_000, points: 8, text: '125' },
    { amountMinor: 1, points: 1_000_000_000, text: '0' },
  ])('reads $text for $amountMinor minor units per $points points', ({ text, ...value }) => {
    expect(pointValueText(value)).toBe(text);
  });
});
