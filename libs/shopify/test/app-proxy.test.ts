import { HmacSha256 } from '@loyalnest/platform/crypto/hmac-sha256';
import { verifyProxyRequest } from '../src/app-proxy.ts';
import { describe, expect, it } from 'vitest';
import { aProxyQuery, client } from './tokens.ts';

const now = new Date('2026-11-05T12:00:30Z');
const clientSecret = new HmacSha256(client.clientSecret);
const verify = (query: string) => verifyProxyRequest(`/v1/api/points/balance?${query}`, { clientSecret, now });
const aThousand = Array.from({ length: 1_000 }, (_, index) => `p${index}=1`).join('&');
const earlier = (ms: number) => new Date(now.getTime() - ms);

describe('verifyProxyRequest', () => {
  it('agrees with the example in Shopify’s documentation', () => {
    const query =
      'extra=1&extra=2&shop=shop-name.myshopify.com&logged_in_customer_id=1&path_prefix=%2Fapps%2Fawesome_reviews&timestamp=1317327555' +
      '&signature=4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb';
    const expected = { clientSecret: new HmacSha256('hush'), now: new Date(1_317_327_555_000) };
    expect(verifyProxyRequest(`/?${query}`, expected)).toEqual({
      shopDomain: 'shop-name.myshopify.com',
      customerId: 1,
    });
  });

  it('knows the customer from Shopify, and a visitor who is not signed in', () => {
    expect(verify(aProxyQuery({ now, customerId: '7712' }))).toEqual({
      shopDomain: 'first.myshopify.com',
      customerId: 7712,
    });
    expect(verify(aProxyQuery({ now }))).toEqual({ shopDomain: 'first.myshopify.com', customerId: null });
  });

  it('accepts repeated, empty and encoded parameters of the page, which are signed too', () => {
    const query = aProxyQuery({ now, extra: 'tag=b&tag=a&empty=&text=%C3%A4+%26%3D%2B' });
    expect(verify(query)).toMatchObject({ customerId: null });
  });

  it('accepts a thousand parameters', () => {
    expect(verify(aProxyQuery({ now, extra: aThousand }))).toMatchObject({ customerId: null });
  });

  it.each<[string, string]>([
    ['without a signature', aProxyQuery({ now }).replace(/&signature=.*/, '')],
    ['with an empty signature', aProxyQuery({ now }).replace(/&signature=.*/, '&signature=')],
    ['signed with another secret', aProxyQuery({ now, secret: 'some-other-secret-of-a-stranger' })],
    ['whose signature is in capitals', aProxyQuery({ now }).replace(/[^=]+$/, (signature) => signature.toUpperCase())],
    ['whose signature is cut', aProxyQuery({ now }).slice(0, -2)],
    ['whose customer was changed', aProxyQuery({ now, customerId: '1' }).replace('customer_id=1', 'customer_id=2')],
    ['with a second customer', `logged_in_customer_id=2&${aProxyQuery({ now, customerId: '1' })}`],
    ['with a parameter more', `${aProxyQuery({ now })}&x=1`],
    ['with a parameter more behind a thousand', `${aProxyQuery({ now, extra: aThousand })}&x=1`],
    ['that repeats a parameter', aProxyQuery({ now, extra: 'x=1' }).replace('x=1', 'x=1&x=1')],
    ['older than 90 seconds', aProxyQuery({ now: earlier(91_000) })],
    ['from the future', aProxyQuery({ now: earlier(-91_000) })],
    ['of no shop', aProxyQuery({ now, shopDomain: 'shop.example' })],
    ['whose customer is no number', aProxyQuery({ now, customerId: '1e3' })],
    ['whose customer is beyond all ids', aProxyQuery({ now, customerId: '99999999999999999999' })],
  ])('refuses a request %s', (_what, query) => {
    expect(() => verify(query)).toThrow(expect.objectContaining({ code: 'unauthenticated' }));
  });

  it('accepts a request that is 90 seconds old', () => {
    expect(verify(aProxyQuery({ now: earlier(90_000) }))).toMatchObject({ customerId: null });
  });

  it('refuses an address without a query', () => {
    expect(() => verifyProxyRequest('/', { clientSecret, now })).toThrow();
  });
});
