import { setTimeout as sleep } from 'node:timers/promises';
import { readEvents } from '@loyalnest/platform/live/read-events';
import pg from 'pg';
import { UserError } from './errors.ts';
import { findInstance } from './instance.ts';
import { findSupervisor, readState, type State } from './state.ts';

type Wanted = { shop?: string; service?: string; level?: string };

/** Wait before another process is asked, or the same one again. */
const retryMs = 500;

/** Prints lines as they are written until it is ended, or everything else is. Any process of the product tells the lines of all. */
export async function liveLogs(wanted: Wanted): Promise<number> {
  const instance = findInstance();
  const find = () => (findSupervisor(instance) ? readState(instance) : undefined);
  const state = find();
  if (!state) throw new UserError('logs --live needs LoyalNest running; start it with ./dev.sh up');
  const query = new URLSearchParams(await toQuery(wanted, state)).toString();
  let position: string | undefined;
  let said = '';
  for (let turn = 0; ; turn += 1) {
    const doors = (find()?.planned ?? []).flatMap(({ metricsUrl }) => metricsUrl ?? []);
    const door = doors[turn % doors.length];
    if (door === undefined) return 0;
    const response = await ask(`${door}/live/logs?${query}`, position);
    if (response?.ok && response.body) {
      said = '';
      position = await print(response.body, position);
    } else if (response) {
      const { detail } = (await response.json()) as { detail: string };
      if (response.status === 400) throw new UserError(`--${detail}`, 2);
      if (detail !== said) say(detail);
      said = detail;
    }
    await sleep(retryMs);
  }
}

/** `undefined` for a process that is away. */
async function ask(url: string, position: string | undefined): Promise<Response | undefined> {
  try {
    return await fetch(url, position === undefined ? {} : { headers: { 'last-event-id': position } });
  } catch {
    return undefined;
  }
}

/** Prints what comes until the process goes away; where it was then. */
async function print(body: ReadableStream<Uint8Array>, after: string | undefined): Promise<string | undefined> {
  let position = after;
  try {
    for await (const { id, event, data } of readEvents(body)) {
      position = id ?? position;
      if (event === 'gap') say('some lines are no longer kept; going on with the oldest that are');
      else if (event === 'problem') say((JSON.parse(data) as { detail: string }).detail);
      else if (data !== '') process.stdout.write(`${data}\n`);
    }
  } catch {
    // It went away in the middle; another one is asked.
  }
  return position;
}

function say(text: string): void {
  process.stderr.write(`  ! ${text}\n`);
}

/** Most lines name a merchant by id, some a shop by its domain: both are asked for. */
async function toQuery({ shop, service, level }: Wanted, state: State): Promise<Record<string, string>> {
  const domain = shop === undefined || /^\d+$/.test(shop) || shop.includes('.') ? shop : `${shop}.myshopify.com`;
  const merchantId = domain?.includes('.') ? await findMerchant(domain, state) : undefined;
  const shops = [domain, merchantId].filter((name) => name !== undefined);
  return {
    ...(shops.length > 0 ? { shop: shops.join(',') } : {}),
    ...(service === undefined ? {} : { service }),
    ...(level === undefined ? {} : { level }),
  };
}

async function findMerchant(domain: string, { ownerUrl }: State): Promise<string> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ merchant_id: string | number }>(
      'select merchant_id from admin_core.merchants where shop_domain = $1',
      [domain],
    );
    const [row] = rows;
    if (row) return String(row.merchant_id);
    throw new UserError(`no shop is called ${domain}`, 2);
  } finally {
    await client.end();
  }
}
