import type { OverviewDay } from '@loyalnest/contracts/rest/overview';

const dayMs = 24 * 60 * 60 * 1_000;

/** The first of so many days that end with `today`; dates of a calendar, as `2026-03-01`. */
export function firstDay(today: string, days: number): string {
  return shifted(today, 1 - days);
}

/** A day for each date from the first to `today`; those that had nothing are zero. */
export function daySeries(known: readonly OverviewDay[], today: string, days: number): OverviewDay[] {
  const byDay = new Map(known.map((entry) => [entry.day, entry]));
  return Array.from({ length: days }, (_, index) => {
    const day = shifted(today, index + 1 - days);
    return byDay.get(day) ?? { day, issued: 0, redeemed: 0, orders: 0, members: 0 };
  });
}

function shifted(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}
