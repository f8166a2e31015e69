import { memberPageSchema } from '@loyalnest/contracts/rest/customers';
import { shopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';
import type { Bed } from '../../bed/bed.ts';
import { percentile } from '../../figures/statistics.ts';
import { largeShop } from '../shop/large-shop.ts';

export type ListTime = { what: string; p50Ms: number; p95Ms: number };

const repetitions = 20;
/** A page that nobody reaches by hand soon; by key it must cost no more than the first. */
const farPage = 40;

/** Every order that the list of customers has, from its first page and from one far behind. One request at a time. */
const lists = [
  ...['lastActivity', 'available', 'earned', 'orders'].flatMap((sort) =>
    ['desc', 'asc'].map((order) => ({ what: `by ${sort}, ${order}`, query: { sort, order } })),
  ),
  ...['withPoints', 'pending', 'held', 'negative', 'expiring'].map((filter) => ({
    what: `only ${filter}`,
    query: { filter, sort: 'available' },
  })),
];

export async function measureMembersApi(bed: Bed): Promise<ListTime[]> {
  const reader = new Reader(bed);
  const times: ListTime[] = [];
  for (const { what, query } of lists) {
    times.push(await timesOf(`${what}, first page`, () => reader.read(query)));
    if ('filter' in query) continue;
    let cursor: string | null = null;
    for (let page = 1; page < farPage; page += 1)
      cursor = (await reader.read({ ...query, ...(cursor === null ? {} : { cursor }) })).nextCursor;
    if (cursor === null) throw new Error(`there are fewer than ${farPage} pages of customers`);
    const far = { ...query, cursor };
    times.push(await timesOf(`${what}, page ${farPage}`, () => reader.read(far)));
  }
  return times;
}

async function timesOf(what: string, read: () => Promise<unknown>): Promise<ListTime> {
  const tookMs: number[] = [];
  for (let nth = 0; nth < repetitions; nth += 1) {
    const beganMs = performance.now();
    await read();
    tookMs.push(performance.now() - beganMs);
  }
  const sorted = tookMs.sort((a, b) => a - b);
  return { what, p50Ms: percentile(sorted, 0.5), p95Ms: percentile(sorted, 0.95) };
}

/** A session token is good for a minute; a new one is fetched before that, outside of what is timed. */
const tokenMs = 40_000;

class Reader {
  readonly #bed: Bed;
  #token = '';
  #gotAtMs = -Infinity;

  constructor(bed: Bed) {
    this.#bed = bed;
  }

  async read(query: Record<string, string>) {
    const url = `${this.#bed.instance.serverUrl}/v1/api/points/members?${new URLSearchParams(query).toString()}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${await this.#sessionToken()}` } });
    if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
    return memberPageSchema.parse(await response.json());
  }

  async #sessionToken(): Promise<string> {
    if (performance.now() - this.#gotAtMs < tokenMs) return this.#token;
    const { sessionToken } = await shopControl(this.#bed.instance.simulatorUrl).post(
      `/shops/${largeShop}/session-token`,
      {},
      z.object({ sessionToken: z.string() }),
    );
    this.#token = sessionToken;
    this.#gotAtMs = performance.now();
    return sessionToken;
  }
}
