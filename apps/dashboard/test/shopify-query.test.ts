import { describe, expect, it } from 'vitest';
import { splitShopifyQuery } from '../src/shell/shopify-query.ts';

const opened =
  'https://app.example/customers?q=ann&embedded=1&hmac=aa&host=YWRtaW4&id_token=ey.x.y&locale=de&session=s&shop=demo.myshopify.com&timestamp=1#top';

describe('splitShopifyQuery', () => {
  it("keeps Shopify's parameters out of our addresses", () => {
    expect(splitShopifyQuery(new URL(opened)).address).toBe('/customers?q=ann#top');
  });

  it('keeps what opens the app again, and neither token nor signature', () => {
    expect(splitShopifyQuery(new URL(opened)).kept).toBe('shop=demo.myshopify.com&host=YWRtaW4&embedded=1&locale=de');
  });

  it('leaves an address without them alone', () => {
    expect(splitShopifyQuery(new URL('https://app.example/?days=90'))).toEqual({ address: '/?days=90', kept: '' });
  });
});
