import { describe, expect, it } from 'vitest';
import { checkFrameAncestors } from '../src/admin-page/frame-ancestors.ts';

const ANCESTORS = {
  admin: 'http://127.0.0.1:7401',
  shop: ['https://demo.myshopify.com', 'http://demo.localhost:7401'],
  alsoAllowed: ['https://admin.shopify.com'],
};

describe('the check of frame-ancestors', () => {
  it.each([
    ['frame-ancestors https://demo.myshopify.com http://127.0.0.1:7401'],
    ["default-src 'self'; frame-ancestors http://127.0.0.1:7401/ http://demo.localhost:7401; img-src *"],
    ['Frame-Ancestors HTTPS://DEMO.myshopify.com https://admin.shopify.com http://127.0.0.1:7401'],
  ])('allows %s', (policy) => {
    expect(checkFrameAncestors([policy], ANCESTORS)).toEqual({ outcome: 'allowed' });
  });

  it.each([
    ["default-src 'self'", 'has no frame-ancestors'],
    ['frame-ancestors', '(empty) does not name the admin'],
    ["frame-ancestors 'none'", 'does not name the admin'],
    ['frame-ancestors https://demo.myshopify.com', 'does not name the admin, http://127.0.0.1:7401'],
    ['frame-ancestors http://127.0.0.1:7401', 'does not name this shop'],
    ['frame-ancestors https://other.myshopify.com http://127.0.0.1:7401', 'does not name this shop'],
    [
      'frame-ancestors https://demo.myshopify.com https://other.myshopify.com http://127.0.0.1:7401',
      'lets https://other.myshopify.com frame the app',
    ],
    ['frame-ancestors https://demo.myshopify.com http://127.0.0.1:7401 https:', 'lets https: frame the app'],
    ['frame-ancestors *', 'does not name the admin'],
    ['frame-ancestors https://*.myshopify.com http://127.0.0.1:7401', 'does not name this shop'],
    // The first directive of a name counts, and of several policies each holds.
    [
      "frame-ancestors 'none'; frame-ancestors https://demo.myshopify.com http://127.0.0.1:7401",
      'does not name the admin',
    ],
    [
      "frame-ancestors https://demo.myshopify.com http://127.0.0.1:7401, frame-ancestors 'none'",
      'does not name the admin',
    ],
  ])('refuses %s', (policy, reason) => {
    expect(checkFrameAncestors([policy], ANCESTORS)).toEqual({
      outcome: 'refused',
      reason: expect.stringContaining(reason),
    });
  });
});
