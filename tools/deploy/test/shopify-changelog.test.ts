import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEnd, shopifyNews } from '../src/shopify-changelog.ts';

const feed = `<?xml version="1.0"?><rss version="2.0"><channel><title>Changelog</title>
<item><title><![CDATA[New fields [on] orders]]></title><link>https://shopify.dev/changelog/new-fields</link>
  <pubDate>Wed, 25 Nov 2026 16:00:00 -0500</pubDate><description>More to read</description></item>
<item><title>Discounts &amp; codes</title><link>https://shopify.dev/changelog/discounts</link>
  <pubDate>Tue, 24 Nov 2026 12:00:00 +0000</pubDate><description>This field is deprecated as of 2027-01</description></item>
<item><title>Long ago</title><link>https://shopify.dev/changelog/old</link>
  <pubDate>Tue, 01 Sep 2026 12:00:00 +0000</pubDate></item>
</channel></rss>`;

const now = new Date('2026-11-26T07:00:00Z');

describe("news of Shopify's API", () => {
  let answer: { status: number; body: string };
  let url: string;
  const server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));

  beforeAll(async () => {
    await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.xml`;
  });
  afterAll(() => server.close());

  it('tells what is new, and first what may need work', async () => {
    answer = { status: 200, body: feed };
    expect(await shopifyNews({ url, days: 3, now, apiVersion: '2026-10' })).toBe(
      [
        '## May need work',
        '- 2026-11-24 [Discounts & codes](https://shopify.dev/changelog/discounts)',
        '## The rest',
        String.raw`- 2026-11-25 [New fields \[on\] orders](https://shopify.dev/changelog/new-fields)`,
      ].join('\n\n'),
    );
  });

  it('is silent when nothing is new', async () => {
    answer = { status: 200, body: feed };
    expect(await shopifyNews({ url, days: 0.1, now, apiVersion: '2026-10' })).toBe('');
  });

  it.each([
    ['a page that is no feed', { status: 200, body: '<html></html>' }, 'has no entries'],
    ['a refusal', { status: 404, body: '' }, 'cannot be read: status 404'],
  ])('fails on %s instead of saying that nothing is new', async (_, given, message) => {
    answer = given;
    await expect(shopifyNews({ url, days: 3, now, apiVersion: '2026-10' })).rejects.toThrow(message);
  });

  it.each([
    ['2026-10', '2026-11-26', undefined],
    ['2026-10', '2027-07-20', '2027-10-01'],
    ['2025-01', '2026-11-26', '2026-01-01'],
  ])('knows on which day %s ends, asked on %s', (version, day, end) => {
    const said = describeEnd(version, new Date(day));
    if (end === undefined) expect(said).toBeUndefined();
    else expect(said).toContain(end);
  });
});
