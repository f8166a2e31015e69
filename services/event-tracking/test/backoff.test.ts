import { describe, expect, it } from 'vitest';
import { backoffMs } from '../src/posthog/backoff.ts';

describe('the wait after failures', () => {
  it('doubles from one second to five minutes', () => {
    expect([1, 2, 3, 9, 10, 1_000].map(backoffMs)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });
});
