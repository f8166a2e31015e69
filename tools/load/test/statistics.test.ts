import { describe, expect, it } from 'vitest';
import { exponential, seededRandom } from '../src/figures/random.ts';
import { latenciesOf, median, percentile } from '../src/figures/statistics.ts';

describe('percentiles', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [0.999, 100],
    [1, 100],
    [0, 1],
  ])('of 1 to 100, the share %d does not exceed %i', (share, expected) => {
    expect(percentile(hundred, share)).toBe(expected);
  });

  it('are of the sorted values whatever order they come in', () => {
    expect(latenciesOf(hundred.toReversed())).toEqual({ p50Ms: 50, p99Ms: 99, p999Ms: 100, maxMs: 100 });
  });

  it('of nothing are no number', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

it('takes the middle of an odd count, and the mean of the two middle ones of an even count', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([9, 1, 5, 7])).toBe(6);
});

describe('random numbers', () => {
  it('are the same for the same seed, and spread evenly', () => {
    const draw = (seed: number) => Array.from({ length: 10_000 }, seededRandom(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    const mean = draw(3).reduce((sum, value) => sum + value, 0) / 10_000;
    expect(mean).toBeCloseTo(0.5, 1);
  });

  it('make gaps of the asked mean', () => {
    const random = seededRandom(4);
    const gaps = Array.from({ length: 20_000 }, () => exponential(random(), 2));
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(2, 1);
  });
});
