import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectedOf } from './expected-points.ts';
import { generateFile } from './order-file.ts';
import { runCommand, type CommandResult } from './running.ts';
import { control } from './shop.ts';
import { Stored } from './stored.ts';

const running = inject('running');
const stored = new Stored(running);
const run = Math.random().toString(36).slice(2, 8);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-replay-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await stored.close();
});

function replay(...args: string[]): Promise<CommandResult> {
  return runCommand(running, ['replay', ...args]);
}

type Summary = Record<
  | 'orders'
  | 'refunds'
  | 'cancellations'
  | 'customers'
  | 'delivered'
  | 'failed'
  | 'pointsIssued'
  | 'pointsRevoked'
  | 'pointsOutstanding'
  | 'ordersPerSecond',
  number
>;

function summaryOf({ exitCode, stdout, stderr }: CommandResult): Summary {
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Summary;
}

function transfersIn(domain: string): Promise<number> {
  return stored.count(
    'points.points_transactions',
    'merchant_id = (select merchant_id from points.shops where shop_domain = $1)',
    [domain],
  );
}

async function expectProven(domain: string): Promise<void> {
  const { stdout } = await runCommand(running, ['verify-ledger', '--json', '--shop', domain]);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true, differences: [] });
}

function knownShops(): Promise<string[]> {
  return control<{ shops: { domain: string }[] }>(running, 'GET', '/shops').then(({ shops }) =>
    shops.map(({ domain }) => domain),
  );
}

function writeFile(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

function shippedFile(name: string): string {
  return join(root, 'tools/replay/test/files', name);
}

describe('a file of orders, refunds and cancellations', () => {
  const files: [string, () => string][] = [
    ...['returns', 'cancellations', 'upside-down', 'currencies', 'zero'].map((name): [string, () => string] => [
      name,
      () => shippedFile(`${name}.csv`),
    ]),
    [
      'generated: 1,200 orders',
      () => writeFile('generated.csv', generateFile({ seed: 11, orders: 1_200, customers: 300 })),
    ],
  ];

  it.each(files)(
    'ends at Σ floor(amount − refunds), 0 for what was cancelled (%s), and again at the same',
    async (_name, find) => {
      const file = find();
      const shop = `${basename(file, '.csv')}-${run}`;
      const domain = `${shop}.myshopify.com`;
      const { outstanding, ...counts } = expectedOf(readFileSync(file, 'utf8'));

      const rough = summaryOf(await replay(file, '--shop', shop, '--duplicate', '0.3', '--reorder', '0.4', '--json'));
      expect(rough).toMatchObject({ ...counts, failed: 0, pointsOutstanding: outstanding });
      expect(rough.pointsIssued - rough.pointsRevoked).toBe(outstanding);
      expect(rough.delivered).toBeGreaterThanOrEqual(counts.orders + counts.cancellations);
      expect(rough.ordersPerSecond).toBeGreaterThan(0);

      const transfers = await transfersIn(domain);
      const again = summaryOf(await replay(file, '--shop', shop, '--json'));
      const { pointsIssued, pointsRevoked, pointsOutstanding } = rough;
      expect(again).toMatchObject({ ...counts, failed: 0, pointsIssued, pointsRevoked, pointsOutstanding });
      expect(await transfersIn(domain)).toBe(transfers);
      await expectProven(domain);
    },
  );

  it('has a shop of its own, named after it, and says in words what has become of it', async () => {
    const file = writeFile(`words ${run}.csv`, readFileSync(shippedFile('returns.csv'), 'utf8'));
    const { exitCode, stdout, stderr } = await replay(file);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`replay-words-${run}.myshopify.com`);
    expect(stdout).toContain('8 orders, 8 refunds, 0 cancellations of 5 customers');
    const { outstanding } = expectedOf(readFileSync(file, 'utf8'));
    expect(stdout).toMatch(new RegExp(`${outstanding} outstanding\\n`));
    expect(stdout).not.toMatch(/[█░]/);
  });

  it('may refund what another file has ordered', async () => {
    const [header = '', ...rows] = readFileSync(shippedFile('returns.csv'), 'utf8').trim().split('\n');
    const orders = writeFile('orders.csv', [header, ...rows.filter((row) => row.startsWith('order'))].join('\n'));
    const refunds = writeFile('refunds.csv', [header, ...rows.filter((row) => row.startsWith('refund'))].join('\n'));
    const shop = ['--shop', `parts-${run}`];
    const first = await replay(refunds, ...shop);
    expect(first.stdout).toContain('8 refunds or cancellations are of orders that no file has brought');
    const { outstanding } = expectedOf([header, ...rows].join('\n'));
    expect(summaryOf(await replay(orders, ...shop, '--json')).pointsOutstanding).toBe(outstanding);
    expect(summaryOf(await replay(refunds, ...shop, '--json')).pointsOutstanding).toBe(outstanding);
  });

  it('is delivered as slowly as one wants', async () => {
    const file = writeFile(`slow-${run}.csv`, generateFile({ seed: 5, orders: 120, customers: 9 }));
    const began = performance.now();
    const { ordersPerSecond } = summaryOf(await replay(file, '--rate', '60', '--json'));
    expect(performance.now() - began).toBeGreaterThan(2_000);
    expect(ordersPerSecond).toBeLessThanOrEqual(60);
  });

  it('that is empty but for its header changes nothing', async () => {
    const file = writeFile(`empty-${run}.csv`, 'kind,order_id,customer_id,at,currency,amount,quantity\n');
    expect(summaryOf(await replay(file, '--json'))).toMatchObject({ orders: 0, delivered: 0, pointsIssued: 0 });
  });
});

describe('a file that is wrong', () => {
  it('delivers nothing, not even the rows before the one that is wrong', async () => {
    const good = readFileSync(shippedFile('returns.csv'), 'utf8');
    const file = writeFile(`wrong-${run}.csv`, `${good}order,2001,ann,2026-01-20T00:00:00Z,EUR,12.345,1\n`);
    const { exitCode, stdout, stderr } = await replay(file, '--json');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toBe(`replay: ${file}, line 18: amount "12.345" is no amount of EUR; nothing was delivered\n`);
    expect(await knownShops()).not.toContain(`replay-wrong-${run}.myshopify.com`);
  });

  it('in its header delivers nothing', async () => {
    const file = writeFile(`headless-${run}.csv`, 'id,customer,amount\n1,ann,10.00\n');
    const { exitCode, stderr } = await replay(file);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('line 1: the header lacks kind, order_id, customer_id');
    expect(await knownShops()).not.toContain(`replay-headless-${run}.myshopify.com`);
  });

  it('because the shop has another order of that number says which line, and what to do', async () => {
    const header = 'kind,order_id,customer_id,at,currency,amount,quantity';
    const one = writeFile('one.csv', `${header}\norder,1,ann,2026-01-20T00:00:00Z,EUR,12.00,1\n`);
    const other = writeFile('other.csv', `${header}\norder,1,ann,2026-01-20T00:00:00Z,EUR,13.00,1\n`);
    const shop = ['--shop', `taken-${run}`];
    await replay(one, ...shop, '--json');
    const { exitCode, stderr } = await replay(other, ...shop, '--json');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('line 2');
    expect(stderr).toContain('another file needs another --shop');
  });

  it.each([
    [['/nowhere/orders.csv'], 1, 'there is no file /nowhere/orders.csv'],
    [['/tmp'], 1, '/tmp is a folder'],
    [[], 2, 'name the file of orders'],
    [['x.csv', '--rate', '-1'], 2, '--rate'],
  ])('or asked for wrongly (%j) ends with one line', async (args, code, problem) => {
    const { exitCode, stdout, stderr } = await replay(...args);
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
    expect(stderr).toContain(problem);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
