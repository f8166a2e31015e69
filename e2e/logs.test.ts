import { randomUUID } from 'node:crypto';
import { seedCustomers } from '@loyalnest/dev/seed/customers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOwnWhole, type OwnWhole } from './own-whole.ts';
import { orderPayload, refundPayload } from './payloads.ts';
import { control, Shop, type Redemption } from './shop.ts';

let whole: OwnWhole;
let shop: Shop;
const people = seedCustomers().slice(0, 24);
const phones = people.map((_, index) => `+4930123${String(45_600 + index)}`);
const street = 'Lindenallee 17b';
let secrets: string[] = [];
let logs: { file: string; text: string }[] = [];

beforeAll(async () => {
  whole = await startOwnWhole({ logLevel: 'debug' });
  shop = await Shop.open(whole.running, 'private');
  await live();
});

afterAll(async () => {
  await whole?.close();
});

/** Whatever carries names: what goes well, and every failure that one can think of while they are at hand. */
async function live(): Promise<void> {
  const ids: number[] = [];
  for (const [index, { firstName, lastName, email }] of people.entries()) {
    ids.push(await shop.addCustomer({ firstName, lastName, email, phone: phones[index] }));
  }
  for (const [index, customerId] of ids.entries()) await shop.order({ customerId, amount: String(600 + index) });
  await shop.settled();
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = ids;
  const personal = (index: number) => {
    const { firstName, lastName, email } = people[index]!;
    const customer = { id: ids[index], email, first_name: firstName, last_name: lastName, phone: phones[index] };
    return {
      email,
      phone: phones[index],
      customer,
      shipping_address: { name: `${firstName} ${lastName}`, address1: street },
    };
  };

  // Bodies that cannot be read, with people in them.
  await shop.deliver('orders/create', JSON.stringify(orderPayload(personal(0))).slice(0, -1));
  await shop.deliver('orders/create', orderPayload({ ...personal(1), line_items: people[1]!.email }));
  await shop.deliver('orders/create', orderPayload({ ...personal(2), currency: people[2]!.lastName }));
  await shop.deliver('orders/create', orderPayload({ ...personal(3), total_price: people[3]!.email }));
  await shop.deliver('customers/update', { ...personal(4).customer, updated_at: people[4]!.email });
  await shop.deliver('customers/create', `{"email": "${people[5]!.email}"`);
  await shop.deliver('refunds/create', { ...refundPayload(1, people[6]!.email), note: people[6]!.lastName });
  await shop.deliver('orders/create', orderPayload(personal(7)), { signature: 'forged' });
  await shop.deliver('orders/create', orderPayload(personal(8)), { domain: people[8]!.email });
  await shop.deliver(people[9]!.email, orderPayload(personal(9)));
  // Amounts beyond every ledger.
  await shop.deliver('orders/create', orderPayload({ ...personal(10), total_price: '999999999999999.99' }));

  // Requests that are refused, or that Shopify fails.
  await shop.asMerchant('GET', `/v1/api/points/balance?customerId=${encodeURIComponent(people[11]!.email)}`);
  await shop.asMerchant('GET', `/v1/api/${encodeURIComponent(people[12]!.email)}`);
  await shop.asMerchant(
    'POST',
    '/v1/api/points/redeem',
    { note: people[13]!.email },
    { 'idempotency-key': people[13]!.email },
  );
  await shop.asMerchant('PUT', '/v1/api/points/settings', { version: people[14]!.email });
  for (const fault of [{ errorNext: 3 }, { cutNext: 3 }, { throttleNext: 2 }, { slowMs: 50 }]) {
    await shop.control('PUT', '/faults', { api: fault });
    const { body: rewards } = await shop.asMerchant<{ items: { rewardId: number }[] }>('GET', '/v1/api/rewards');
    const request = { rewardId: rewards.items[0]?.rewardId, customerId: ids[15] };
    await shop.asMerchant<Redemption>('POST', '/v1/api/points/redeem', request, { 'idempotency-key': randomUUID() });
    await shop.control('DELETE', '/faults');
  }

  // What privacy law asks for.
  await shop.control('POST', `/customers/${first}/data-request`);
  await shop.control('POST', `/customers/${second}/redact`);
  await shop.control('POST', `/customers/${third}/merge`, { other: fourth });
  await shop.control('DELETE', `/customers/${fifth}`);
  await shop.settled();

  // The database is gone while people's data is under way.
  await whole.postgres.stop('kill');
  const lost = [16, 17, 18].map((index) => shop.deliver('orders/create', orderPayload(personal(index))));
  const changed = [19, 20].map((index) =>
    shop.deliver('customers/update', { ...personal(index).customer, updated_at: new Date() }),
  );
  const answers = await Promise.all([...lost, ...changed]);
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
  await whole.postgres.start();
  await vi.waitFor(() => shop.totals(), { timeout: 30_000, interval: 200 });
  secrets = [whole.running.clientSecret, whole.running.roleSecret, await shop.sessionToken()];
  await control(whole.running, 'POST', `/shops/${shop.domain}/uninstall`);
  await shop.settled();
  logs = [...whole.readLogs(), { file: 'live', text: await whole.readLiveLogs() }];
}

describe('the logs of a whole that has seen people and failures', () => {
  it('say what went wrong', () => {
    const text = logs.map((log) => log.text).join('\n');
    expect(logs.at(-1)?.text).toContain('database-unavailable');
    expect(text).toContain('database-unavailable');
    expect(text).toMatch(/"level":(20|"debug")|"level":(40|"warn")/);
  });

  it('name nobody: no e-mail address, no phone number, no name, no street', () => {
    for (const { file, text } of logs) {
      for (const [index, { firstName, lastName, email }] of people.entries()) {
        expect.soft(findIn(text, email), `${file}: ${email}`).toEqual([]);
        expect.soft(findIn(text, encodeURIComponent(email)), `${file}: ${email}`).toEqual([]);
        expect.soft(findIn(text, email.split('@', 1)[0]!), `${file}: ${email}`).toEqual([]);
        expect.soft(findIn(text, phones[index]!.slice(1)), `${file}: phone`).toEqual([]);
        expect.soft(findIn(text, `${firstName} ${lastName}`), `${file}: ${lastName}`).toEqual([]);
        expect.soft(findIn(text, lastName), `${file}: ${lastName}`).toEqual([]);
      }
      expect.soft(findIn(text, street), file).toEqual([]);
    }
  });

  it('hold no secret and no token', () => {
    for (const { file, text } of logs) {
      for (const secret of secrets) expect(findIn(text, secret), file).toEqual([]);
      expect(text.match(/shp(at|ss|ua|ca)_[0-9a-f]{8,}/g) ?? [], file).toEqual([]);
    }
  });
});

/** The lines in which it stands as a word of its own, shortened. */
function findIn(text: string, words: string): string[] {
  if (!text.includes(words)) return [];
  return text
    .split('\n')
    .filter((line) => isWordIn(line, words))
    .map((line) => line.slice(0, 300));
}

function isWordIn(line: string, words: string): boolean {
  for (let at = line.indexOf(words); at >= 0; at = line.indexOf(words, at + 1)) {
    const [before = ' ', after = ' '] = [line[at - 1], line[at + words.length]];
    if (!/[\p{L}\d]/u.test(before) && !/[\p{L}\d]/u.test(after)) return true;
  }
  return false;
}
