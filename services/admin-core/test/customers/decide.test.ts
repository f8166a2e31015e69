import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type CustomerNews, type CustomerState, type ProfileNews } from '../../src/customers/customer.ts';

const installedAt = new Date('2026-11-20T12:00:00Z');
const at = (seconds: number) => new Date(installedAt.getTime() + seconds * 1000);

function profile(facts: Partial<ProfileNews> & { second?: number; triggered?: number } = {}): ProfileNews {
  const { second = 10, triggered, ...rest } = facts;
  return {
    kind: 'profile',
    isCreation: false,
    hasAccount: true,
    createdAt: at(5),
    time: { updatedAt: at(second), triggeredAt: triggered === undefined ? null : at(triggered) },
    ...rest,
  };
}

const gone = (status: 'deleted' | 'merged' | 'redacted'): CustomerNews => ({ kind: 'gone', status });

function apply(news: readonly CustomerNews[]): { state: CustomerState | undefined; opened: number; told: string[] } {
  let state: CustomerState | undefined;
  let opened = 0;
  const told: string[] = [];
  for (const one of news) {
    const decision = decide(state, one, { installedAt });
    if (decision.outcome === 'nothing-new') continue;
    if (decision.outcome === 'profile' && decision.isOpened) opened += 1;
    if (decision.outcome === 'gone') told.push(decision.state.status);
    state = decision.state;
  }
  return { state, opened, told };
}

const anyNews: fc.Arbitrary<CustomerNews> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({ second: fc.nat(5), triggered: fc.nat(5), isCreation: fc.boolean(), hasAccount: fc.boolean() })
      .map(profile),
  },
  { weight: 1, arbitrary: fc.constantFrom('deleted' as const, 'merged' as const, 'redacted' as const).map(gone) },
);

describe('news of a customer', () => {
  it('leads to the same newest profile and status in every order, and however often it comes', () => {
    const essence = ({ state }: ReturnType<typeof apply>) => [
      state?.status,
      state?.newest?.updatedAt,
      state?.newest?.triggeredAt,
    ];
    fc.assert(
      fc.property(fc.array(anyNews, { minLength: 1, maxLength: 8 }), fc.array(fc.nat()), (news, picks) => {
        const again = [...news, ...picks.map((pick) => news[pick % news.length]!)];
        const shuffled = [...again].sort((a, b) => news.indexOf(b) - news.indexOf(a));
        expect(essence(apply(shuffled))).toEqual(essence(apply(news)));
        expect(essence(apply(again))).toEqual(essence(apply(news)));
      }),
    );
  });

  it('opens an account at most once, and tells each departure at most once', () => {
    fc.assert(
      fc.property(fc.array(anyNews, { maxLength: 12 }), (news) => {
        const { opened, told } = apply(news);
        expect(opened).toBeLessThanOrEqual(1);
        expect(new Set(told).size).toBe(told.length);
      }),
    );
  });

  it('never brings back a customer who is gone', () => {
    fc.assert(
      fc.property(fc.array(anyNews), fc.array(anyNews), (before, after) => {
        expect(apply([...before, gone('redacted'), ...after]).state?.status).toBe('redacted');
      }),
    );
  });

  it.each([
    ['a creation', [profile({ isCreation: true })], 1],
    ['an update that overtakes the creation', [profile(), profile({ isCreation: true, second: 5 })], 1],
    ['an update whose creation never came', [profile()], 1],
    ['an update of somebody older than the installation', [profile({ createdAt: at(-100) })], 0],
    [
      'a creation that came late for somebody older than the installation',
      [profile({ createdAt: at(-1) }), profile({ isCreation: true, second: 1, createdAt: at(-1) })],
      1,
    ],
    ['a guest', [profile({ isCreation: true, hasAccount: false })], 0],
    [
      'a guest who opens an account later',
      [profile({ isCreation: true, hasAccount: false }), profile({ second: 20 })],
      1,
    ],
    [
      'an old guest who opens an account now',
      [profile({ hasAccount: false, createdAt: at(-100) }), profile({ second: 20, createdAt: at(-100) })],
      1,
    ],
    [
      'an account that is disabled and enabled again',
      [profile(), profile({ second: 20, hasAccount: false }), profile({ second: 30 })],
      1,
    ],
    ['a creation after the deletion', [gone('deleted'), profile({ isCreation: true })], 0],
  ])('counts the accounts opened by %s', (_, news, opened) => expect(apply(news).opened).toBe(opened));

  it('of one second is ordered by when Shopify triggered it', () => {
    const [early, late] = [profile({ triggered: 1 }), profile({ triggered: 2, hasAccount: false })];
    expect(apply([early, late]).state).toEqual(apply([late, early]).state);
    expect(apply([late, early]).state?.hasAccount).toBe(false);
  });

  it('tells a redaction also of somebody who was deleted before', () => {
    expect(apply([gone('deleted'), gone('redacted'), gone('merged')]).told).toEqual(['deleted', 'redacted']);
  });
});
