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
    const quietDay = new Date('2026-11-24T23:59:00Z');
    expect(await shopifyNews({ url, days: 1, now: quietDay, apiVersion: '2026-10' })).toBe('');
  });

  it('tells each thing once to whoever asks once a day, at whatever hour', async () => {
    answer = { status: 200, body: feed };
    const told: string[] = [];
    for (const [nth, hour] of [23, 0, 12, 7, 1].entries()) {
      const asked = new Date(Date.UTC(2026, 10, 23 + nth, hour, 5));
      told.push(await shopifyNews({ url, days: 1, now: asked, apiVersion: '2026-10' }));
    }
    const links = told.flatMap((text) => [...text.matchAll(/\((https:[^)]+)\)/g)].map(([, link]) => link));
    expect(links).toEqual(['https://shopify.dev/changelog/discounts', 'https://shopify.dev/changelog/new-fields']);
  });

  it.each([
    ['a page that is no feed', { status: 200, body: '<html></html>' }, 'has no entries'],
    ['a refusal', { status: 404, body: '' }, 'cannot be read: status 404'],
  ])('fails on %s instead of saying that nothing is new', async (_, given, message) => {
    answer = given;
    await expect(shopifyNews({ url, days: 3, now, apiVersion: '2026-10' })).rejects.toThrow(message);
  });

  it("reminds of a version's end four times, not every day", () => {
    const days = Array.from({ length: 400 }, (_, nth) => new Date(Date.UTC(2026, 10, 26 + nth, 7, 5)));
    const reminded = days.filter((day) => describeEnd('2026-10', { days: 1, now: day }) !== undefined);
    expect(reminded.map((day) => day.toISOString().slice(0, 10))).toEqual([
      ...['2027-07-03', '2027-09-01', '2027-09-24', '2027-09-30'],
    ]);
    expect(describeEnd('2026-10', { days: 1, now: new Date('2027-09-30') })).toContain('2027-10-01');
  });

  it('reminds also when a day was left out and two are asked for', () => {
    expect(describeEnd('2026-10', { days: 2, now: new Date('2027-09-25') })).toContain('2027-10-01');
    expect(describeEnd('2026-10', { days: 2, now: new Date('2027-09-26') })).toBeUndefined();
  });
});
