import { beforeEach, describe, expect, it } from 'vitest';
import { isFinal } from '../src/api/client.ts';
import { endIntent, ensureIntent, findIntent, tabStorage, type IntentStorage } from '../src/api/redeem-intent.ts';

const minute = 60_000;

describe('what was confirmed and not answered', () => {
  let storage: IntentStorage;
  beforeEach(() => {
    const items = new Map<string, string>();
    storage = {
      getItem: (name) => items.get(name) ?? null,
      setItem: (name, value) => void items.set(name, value),
      removeItem: (name) => void items.delete(name),
    };
  });
  const wish = { customerId: 7, rewardId: 1, now: 0, newKey: 'first' };

  it('keeps its key until there is an answer, so that a retry or a reload takes nothing twice', () => {
    expect(ensureIntent(storage, wish).key).toBe('first');
    expect(ensureIntent(storage, { ...wish, now: minute, newKey: 'second' }).key).toBe('first');
    endIntent(storage);
    expect(ensureIntent(storage, { ...wish, newKey: 'third' }).key).toBe('third');
  });

  it('is another intent for another reward', () => {
    ensureIntent(storage, wish);
    expect(ensureIntent(storage, { ...wish, rewardId: 2, newKey: 'second' }).key).toBe('second');
  });

  it('is nothing to another customer in the same tab', () => {
    ensureIntent(storage, wish);
    expect(findIntent(storage, { customerId: 8, now: minute })).toBeUndefined();
    expect(ensureIntent(storage, { ...wish, customerId: 8, newKey: 'theirs' }).key).toBe('theirs');
  });

  it('is forgotten after ten minutes', () => {
    ensureIntent(storage, wish);
    expect(findIntent(storage, { customerId: 7, now: 10 * minute })).toBeDefined();
    expect(findIntent(storage, { customerId: 7, now: 10 * minute + 1 })).toBeUndefined();
  });

  it('survives what else a page may have written there', () => {
    storage.setItem('loyalnest.redeem', '{');
    expect(findIntent(storage, { customerId: 7, now: 0 })).toBeUndefined();
  });

  it('keeps its key within the page where the tab has no storage', () => {
    const memory = tabStorage();
    expect(ensureIntent(memory, wish).key).toBe('first');
    expect(ensureIntent(memory, { ...wish, newKey: 'second' }).key).toBe('first');
  });
});

it.each([
  [{ outcome: 'ok', body: {} } as const, true],
  [{ outcome: 'unreachable' } as const, false],
  [{ outcome: 'problem', status: 422, code: 'insufficient-points' } as const, true],
  [{ outcome: 'problem', status: 409, code: 'idempotency-key-reused' } as const, true],
  [{ outcome: 'problem', status: 409, code: 'request-in-progress' } as const, false],
  [{ outcome: 'problem', status: 429, code: 'too-many-requests' } as const, false],
  [{ outcome: 'problem', status: 503, code: 'shopify-unavailable' } as const, false],
])('knows whether %o can still change', (answer, expected) => {
  expect(isFinal(answer)).toBe(expected);
});
