import type { Plan } from '../state/entities.ts';
import type { Clock } from '../time/clock.ts';

/** Points per second that Shopify restores, by plan. */
const RESTORE_RATES: Record<Plan, number> = { standard: 100, advanced: 200, plus: 1_000, enterprise: 2_000 };
/** The bucket holds twenty seconds' worth: 2,000 points at 100 per second. */
const BUCKET_SECONDS = 20;

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };

/** The leaky bucket of the app at one shop. */
export type Bucket = {
  /** Takes the points out, or nothing if there are too few. */
  take(points: number, plan: Plan): boolean;
  /** Gives back what a query did not need after all. */
  giveBack(points: number): void;
  status(plan: Plan): ThrottleStatus;
};

export function createBucket(clock: Clock): Bucket {
  let used = 0;
  let at = clock.now();

  const leak = (plan: Plan) => {
    const now = clock.now();
    used = Math.max(0, used - ((now - at) / 1000) * RESTORE_RATES[plan]);
    at = now;
  };
  const size = (plan: Plan) => RESTORE_RATES[plan] * BUCKET_SECONDS;

  return {
    take(points, plan) {
      leak(plan);
      if (used + points > size(plan)) return false;
      used += points;
      return true;
    },
    giveBack(points) {
      used = Math.max(0, used - points);
    },
    status(plan) {
      leak(plan);
      const maximumAvailable = size(plan);
      const currentlyAvailable = Math.max(0, Math.floor(maximumAvailable - used));
      return { maximumAvailable, currentlyAvailable, restoreRate: RESTORE_RATES[plan] };
    },
  };
}
