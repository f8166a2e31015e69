import type { Reward } from './reward.ts';

/** What a point is worth, exactly: so many minor units of the shop's currency for so many points. */
export type PointValue = { amountMinor: number; points: number };

/** Digits after the point of a value in words; more would be noise. */
const decimals = 6;

/**
 * The best rate at which points buy money now: among open rewards that take a fixed amount off. `null` while there is none,
 * because nothing else says what a point is worth.
 */
export function pointValue(
  rewards: readonly Pick<Reward, 'kind' | 'amountMinor' | 'points' | 'isOpen'>[],
): PointValue | null {
  let best: PointValue | null = null;
  for (const { kind, amountMinor, points, isOpen } of rewards) {
    if (!isOpen || kind !== 'fixed_amount' || amountMinor === null) continue;
    const value = { amountMinor, points };
    if (best === null || isWorthMore(value, best)) best = value;
  }
  return best;
}

/** Minor units that these points are worth, to the nearest one; `null` stays `null`. */
export function worthMinor(points: number, value: PointValue | null): number | null {
  if (value === null) return null;
  const [worth, perPoints] = [BigInt(points) * BigInt(value.amountMinor), BigInt(value.points)];
  const rounded = (2n * abs(worth) + perPoints) / (2n * perPoints);
  return Number(worth < 0n ? -rounded : rounded);
}

/** Minor units of one point as a decimal, such as `0.5`; rounded down after six digits. */
export function pointValueText({ amountMinor, points }: PointValue): string {
  const scaled = (BigInt(amountMinor) * 10n ** BigInt(decimals)) / BigInt(points);
  const digits = scaled.toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(-decimals).replace(/0+$/, '');
  const whole = digits.slice(0, -decimals);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

function isWorthMore(a: PointValue, b: PointValue): boolean {
  return BigInt(a.amountMinor) * BigInt(b.points) > BigInt(b.amountMinor) * BigInt(a.points);
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
