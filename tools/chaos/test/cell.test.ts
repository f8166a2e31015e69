import { describe, expect, it } from 'vitest';
import { cellsOf } from '../src/cell.ts';
import type { Sent } from '../src/load/load.ts';

const about = { shape: 'one-process', target: 'postgres', fault: 'refused' } as const;

/** Requests of one operation, each with when it was sent, how long it took, and how it ended. */
function earnings(...requests: [startMs: number, tookMs: number, outcome: string][]): Sent[] {
  return requests.map(([startMs, tookMs, outcome]) => ({
    operation: 'earn',
    outcome,
    startMs,
    endMs: startMs + tookMs,
  }));
}

function earn(sent: Sent[], { isExpected = true } = {}) {
  return cellsOf(sent, { ...about, endedMs: 10_000, isExpected: () => isExpected }).find(
    ({ operation }) => operation === 'earn',
  );
}

describe('an operation under a fault', () => {
  it('has recovered with the first answer after its last error', () => {
    const sent = earnings(
      [5_000, 10, 'database-unavailable'],
      [10_100, 10, 'ok'],
      [10_500, 10, 'database-unavailable'],
      [12_000, 500, 'ok'],
    );
    expect(earn(sent)).toMatchObject({
      ok: true,
      requests: 4,
      errors: { 'database-unavailable': 2 },
      recoverySeconds: 2.5,
      slowestSeconds: 0.5,
    });
  });

  it('that was sent before its end may be answered long after it', () => {
    expect(earn(earnings([9_000, 20_000, 'database-unavailable'], [10_100, 100, 'ok']))).toMatchObject({
      ok: true,
      recoverySeconds: 0.2,
      slowestSeconds: 20,
    });
  });

  it.each<[string, Sent[]]>([
    ['never comes back', earnings([10_100, 10, 'database-unavailable'])],
    ['is not asked for again', earnings([5_000, 10, 'ok'])],
    ['comes back after more than ten seconds', earnings([20_000, 10, 'overloaded'], [20_200, 10, 'ok'])],
    ['keeps somebody waiting for more than thirty seconds', earnings([5_000, 30_100, 'ok'], [10_100, 10, 'ok'])],
  ])('is not as it should be when it %s', (_why, sent) => {
    expect(earn(sent)).toMatchObject({ ok: false });
  });

  it('is not as it should be with an error that nobody expected', () => {
    expect(earn(earnings([5_000, 10, 'internal'], [10_100, 10, 'ok']), { isExpected: false })).toMatchObject({
      ok: false,
    });
  });
});
