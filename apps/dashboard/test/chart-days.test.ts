import { describe, expect, it } from 'vitest';
import { chartSteps, sumOf } from '../src/pages/welcome/chart-days.ts';
import { periodAddress, readPeriod } from '../src/pages/welcome/period.ts';

function days(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    day: new Date(Date.UTC(2026, 0, 1 + index)).toISOString().slice(0, 10),
    issued: index,
    redeemed: 1,
    orders: 2,
    members: 3,
  }));
}

describe('chartSteps', () => {
  it.each([0, 30, 90])('shows %i days one by one', (count) => {
    const steps = chartSteps(days(count));
    expect(steps).toHaveLength(count);
    expect(steps.every((step) => !step.isWeek)).toBe(true);
  });

  it('shows a year in whole weeks, the newest of which ends today', () => {
    const year = days(365);
    const steps = chartSteps(year);
    expect(steps).toHaveLength(52);
    expect(steps[0]).toMatchObject({ day: year[1]?.day, isWeek: true, redeemed: 7, orders: 14, members: 21 });
    expect(steps.at(-1)?.day).toBe(year[358]?.day);
    expect(steps.at(-1)?.issued).toBe(358 + 359 + 360 + 361 + 362 + 363 + 364);
  });

  it('loses nothing but the days of the first, half week', () => {
    const year = days(365);
    expect(sumOf(chartSteps(year))).toEqual(sumOf(year.slice(1)));
  });
});

describe('the period in the address', () => {
  it.each([
    ['', '30'],
    ['days=90', '90'],
    ['days=365', '365'],
    ['days=12', '30'],
  ] as const)('"%s" means %s days', (search, period) => {
    expect(readPeriod(new URLSearchParams(search))).toBe(period);
  });

  it.each(['30', '90', '365'] as const)('of %s days is read back as it was written', (period) => {
    expect(readPeriod(new URL(periodAddress(period), 'https://example.test').searchParams)).toBe(period);
  });
});
