import { describe, expect, it } from 'vitest';
import { customerIdOf } from '../src/orders/population.ts';
import { isToldOnce, tally } from '../src/sockets/socket-report.ts';

const second = 1_000_000_000n;

/** Two transfers, of customers 1 and 2, that both heard of within 20 and 30 ms of the order and 5 and 0 of its answer. */
function measured(change: Partial<Parameters<typeof tally>[0]> = {}): Parameters<typeof tally>[0] {
  return {
    sockets: 2,
    kbPerSocket: 5.04,
    expected: new Map([
      [11, customerIdOf(1)],
      [12, customerIdOf(2)],
    ]),
    arrivals: [
      [1, 11, 501, String(second + 20_000_000n)],
      [2, 12, 502, String(second + 30_000_000n)],
    ],
    connected: 2,
    lost: 0,
    calm: {
      sentNs: new Map([
        [501, second],
        [502, second],
      ]),
      answeredNs: new Map([
        [501, second + 15_000_000n],
        [502, second + 31_000_000n],
      ]),
    },
    resent: 0,
    ...change,
  };
}

describe('what sockets have heard', () => {
  it('is whole when everybody heard of every transfer once', () => {
    const figures = tally(measured());
    expect(figures).toMatchObject({
      kbPerSocket: 5,
      updatesExpected: 2,
      updatesReceived: 2,
      repeated: 0,
      p50Ms: 0,
      p99Ms: 5,
      p50FromOrderMs: 20,
      p99FromOrderMs: 30,
    });
    expect(isToldOnce(figures)).toBe(true);
  });

  const [first, last] = measured().arrivals;
  it.each([
    ['lacks one', [first], { updatesReceived: 1, repeated: 0, misdirected: 0 }],
    ['has one twice', [first, last, first], { updatesReceived: 2, repeated: 1, misdirected: 0 }],
    ["has another's", [first, last, [1, 12, 502, '0']], { updatesReceived: 2, repeated: 0, misdirected: 1 }],
    ['has one that the ledger does not', [first, last, [1, 13, 1, '0']], { updatesReceived: 2, misdirected: 1 }],
  ] as const)('fails when it %s', (_, arrivals, expected) => {
    const figures = tally(measured({ arrivals: arrivals as never }));
    expect(figures).toMatchObject(expected);
    expect(isToldOnce(figures)).toBe(false);
  });

  it('fails when nothing was to be heard', () => {
    expect(isToldOnce(tally(measured({ expected: new Map(), arrivals: [] })))).toBe(false);
  });
});
