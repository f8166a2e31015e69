import { describe, expect, it } from 'vitest';
import { mayWrite } from '../src/api/merchant.ts';
import { activityPath, kindOf, sourceOf, statusOf, tabOf } from '../src/pages/activity/address.ts';
import { withNewest } from '../src/pages/activity/newest.ts';
import { adminUrl } from '../src/shopify/app-bridge.ts';

const entries = (...ids: number[]) => ids.map((transferId) => ({ transferId }));
const list = (...pages: number[][]) => ({
  pages: pages.map((ids) => ({ items: entries(...ids), nextCursor: null })),
  pageParams: pages.map(() => null),
});

describe('entries that come while a list is open', () => {
  it('stand on top, the latest first', () => {
    expect(withNewest(list([3, 2], [1]), entries(4, 5))).toEqual(list([5, 4, 3, 2], [1]));
  });

  it('stand there once, even when the list was read anew meanwhile', () => {
    expect(withNewest(list([4, 3], [2]), entries(4, 5))).toEqual(list([5, 4, 3], [2]));
    const same = list([4, 3], [2]);
    expect(withNewest(same, entries(2, 4))).toBe(same);
  });
});

describe('an address of the activity page', () => {
  it.each([
    [{ tab: 'transfers' }, '/activity'],
    [{ tab: 'transfers', kind: 'expire' }, '/activity?kind=expire'],
    [{ tab: 'redemptions', status: 'active' }, '/activity?tab=redemptions&status=active'],
    [{ tab: 'webhooks', source: 'points', failure: 'a/b' }, '/activity?tab=webhooks&source=points&failure=a%2Fb'],
  ] as const)('%j is %s and leads back', (place, path) => {
    expect(activityPath(place)).toBe(path);
    const parameters = new URL(path, 'http://x').searchParams;
    expect(tabOf(parameters.get('tab'))).toBe(place.tab);
    expect(kindOf(parameters.get('kind'))).toBe('kind' in place ? place.kind : undefined);
    expect(statusOf(parameters.get('status'))).toBe('status' in place ? place.status : undefined);
    expect(sourceOf(parameters.get('source'))).toBe('source' in place ? place.source : undefined);
  });

  it('with words of somebody else’s means the page as it opens', () => {
    expect([tabOf('prices'), kindOf('steal'), statusOf(''), sourceOf(null)]).toEqual([
      'transfers',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('who may change something', () => {
  it('is staff with all roles or the one for points', () => {
    expect(mayWrite(['admin:full'])).toBe(true);
    expect(mayWrite(['admin:support', 'admin:points'])).toBe(true);
    expect(mayWrite(['admin:analytics', 'admin:support'])).toBe(false);
    expect(mayWrite([])).toBe(false);
  });
});

describe('the way into Shopify’s admin', () => {
  const hostOf = (text: string) => `?host=${btoa(text).replace(/=+$/, '')}`;
  it.each([
    [hostOf('admin.shopify.com/store/nest'), 'https://admin.shopify.com/store/nest/apps/key'],
    [hostOf('127.0.0.1:7401/store/demo'), 'http://127.0.0.1:7401/store/demo/apps/key'],
    ['?shop=nest.myshopify.com', 'https://admin.shopify.com/store/nest/apps/key'],
    ['', 'https://admin.shopify.com'],
  ])('from %s is %s', (search, url) => {
    expect(adminUrl(search, 'key')).toBe(url);
  });

  it.each([
    hostOf('evil.example/store/nest'),
    hostOf('admin.shopify.com.evil.example'),
    '?host=%00',
    '?shop=evil.example',
  ])('never leads elsewhere, whatever an address says: %s', (search) => {
    expect(adminUrl(search, 'key')).toBe('https://admin.shopify.com');
  });
});
