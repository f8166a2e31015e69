import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { createClock } from '../src/index.ts';
import { CLIENT_ID, CLIENT_SECRET, startBench, TOML } from './harness.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const ENVIRONMENT = {
  SIMULATOR_PORT: '0',
  SHOPIFY_CLIENT_ID: CLIENT_ID,
  SHOPIFY_CLIENT_SECRET: CLIENT_SECRET,
  APP_URL: 'http://127.0.0.1:1',
  SHOPIFY_APP_TOML: TOML,
};

type Run = { code: number | string | null | undefined; output: string };

function run(environment: Record<string, string>, afterStart?: (stop: () => void) => void): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN], { env: environment, timeout: 20_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, output: stdout + stderr }),
    );
    child.stdout?.once('data', () => afterStart?.(() => child.kill('SIGTERM')));
  });
}

describe('the program', () => {
  it('starts, says where, and stops cleanly', async () => {
    const { code, output } = await run(ENVIRONMENT, (stop) => stop());
    expect(output).toMatch(/^Shopify simulator at http:\/\/127\.0\.0\.1:\d+\n$/);
    expect(code).toBe(0);
  });

  it.each([
    ['SIMULATOR_PORT', 'high'],
    ['APP_URL', 'app'],
    ['SHOPIFY_CLIENT_SECRET', ''],
    ['SHOPIFY_APP_TOML', '/nowhere/shopify.app.toml'],
  ])('does not start with a wrong %s, and names it', async (name, value) => {
    const { code, output } = await run({ ...ENVIRONMENT, [name]: value });
    expect(code).toBe(1);
    expect(output).toContain(`${name}: `);
    expect(output).not.toContain('at ConfigurationError');
  });

  it('does not start with a file that asks for another form of topics', async () => {
    const path = join(aFolder(), 'shopify.app.toml');
    writeFileSync(
      path,
      '[webhooks]\napi_version = "2026-10"\n[[webhooks.subscriptions]]\ntopics = ["ORDERS_CREATE"]\nuri = "/w"\n',
    );
    const { code, output } = await run({ ...ENVIRONMENT, SHOPIFY_APP_TOML: path });
    expect(code).toBe(1);
    expect(output).toContain('SHOPIFY_APP_TOML: webhooks.subscriptions.0.topics.0');
  });

  it('does not start on a port that is taken', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) =>
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port)),
    );
    onTestFinished(() => void holder.close());
    const { code, output } = await run({ ...ENVIRONMENT, SIMULATOR_PORT: String(port) });
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain('EADDRINUSE');
  });

  it('keeps everything in its folder between starts', async () => {
    const dataDir = aFolder();
    const first = await startBench({ dataDir, seed: 'same' });
    const customer = await first.done('POST', '/shops/demo/customers', { email: 'ann@example.com' });
    await first.done('POST', '/shops/demo/discounts', { code: '777', amount: '5' });
    const order = await first.done('POST', '/shops/demo/orders', {
      customerId: customer.id,
      amount: '20',
      discountCode: '777',
    });
    await first.done('DELETE', `/shops/demo/customers/${(await first.done('POST', '/shops/demo/customers', {})).id}`);
    const token = await first.token();
    await first.idle();
    await first.simulator.close();

    const second = await startBench({ dataDir, clock: createClock(), seed: 'same' });
    expect(await second.done('GET', `/shops/demo/orders/${order.id}`)).toEqual(order);
    expect((await second.done('GET', '/shops/demo/customers')).total).toBe(1);
    const { data } = await second.graphql(
      `{ customer(id: "${customer.gid}") { orders(first: 5) { nodes { name } } } codeDiscountNodeByCode(code: "777") { id } }`,
      {},
      token,
    );
    expect(data.customer.orders.nodes).toEqual([{ name: '#1001' }]);
    expect(data.codeDiscountNodeByCode).not.toBeNull();
    const next = await second.done('POST', '/shops/demo/orders', { amount: '1' });
    expect(next.name).toBe('#1002');
    expect(next.id).toBeGreaterThan(order.id);
    await second.idle();
    const known = new Set(first.app.webhooks().map(({ headers }) => headers['x-shopify-webhook-id']));
    expect(second.app.webhooks().some(({ headers }) => known.has(headers['x-shopify-webhook-id']))).toBe(false);
  });
});

describe('the command line', () => {
  it('does what it says, as text and as JSON', async () => {
    const bench = await startBench();
    const { simulator, app } = bench;
    const sim = (line: string) => runCli(line.split(' '), simulator.url);
    expect(await sim('customer create --email ann@example.com --first-name Ann')).toMatchObject({ exitCode: 0 });
    await sim('discount create TEN --percentage 10');
    const placed = await sim('order place --email ann@example.com --line 10x2 --code ten --shipping 5 --json');
    expect(JSON.parse(placed.output)).toMatchObject({ total: '23.00', discountCode: 'TEN', name: '#1001' });
    expect((await sim('order refund #1001 --amount 3')).output).toContain('status: partially_refunded');
    expect((await sim('order list')).output).toContain('#1001');
    await bench.idle();
    expect((await sim('deliveries --topic refunds/create')).output).toContain('delivered');
    await sim('faults set --drop 1 --throttle 2');
    expect((await sim('faults --json')).output).toContain('"drop": 1');
    await sim('faults set --expired-tokens 2 --offline');
    expect((await sim('faults --json')).output).toContain('"expiredTokensNext": 2');
    expect(await sim('faults clear')).toMatchObject({ exitCode: 0 });
    expect((await sim('addresses')).output).toContain(`app: ${simulator.url}/store/demo/apps/loyalnest`);
    expect((await sim('status')).output).toContain(`${simulator.url}/store/demo`);
    expect(await sim('clock advance 1h')).toMatchObject({ exitCode: 0 });
    expect(await sim('uninstall')).toMatchObject({ exitCode: 0 });
    await bench.idle();
    expect(app.webhooks('app/uninstalled')).toHaveLength(1);
  });

  it('explains itself', async () => {
    expect(await runCli(['--help'], '')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('order refund ORDER'),
    });
    expect(await runCli(['order', 'refund', '--help'], '')).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('--amount VALUE'),
    });
    expect(await runCli([], '')).toMatchObject({ exitCode: 2 });
    expect((await runCli(['order'], '')).output).not.toContain('customer create');
  });

  it.each([
    [2, 'nonsense', 'there is no command "nonsense"'],
    [2, 'order refund --amount 3', 'ORDER missing'],
    [2, 'order refund #1 extra', 'what is "extra"?'],
    [2, 'order place --colour red', "Unknown option '--colour'"],
    [2, 'order place --line lots', '--line: lots is not like 12.50x2'],
    [2, 'clock advance soon', 'soon is not like 30s'],
    [1, 'order show #9999', 'demo.myshopify.com has no order #9999'],
    [1, 'order place --amount 1.234', 'price: 1.234 is no amount in USD'],
    [1, 'order place --amount 5 --code NOPE', 'discountCode: Enter a valid discount code'],
    [1, 'faults set --drop 2', 'deliveries.drop'],
    [1, 'shop show --shop other', 'there is no shop other.myshopify.com'],
  ])('ends with %d and one line for: sim %s', async (exitCode, line, message) => {
    const { simulator } = await startBench();
    const result = await runCli(line.split(' '), simulator.url);
    expect(result.exitCode).toBe(exitCode);
    expect(result.output).toContain(message);
    expect(result.output.split('\n')).toHaveLength(1);
  });

  it('says when no simulator answers, and when the shop is not clear', async () => {
    expect(await runCli(['status'], 'http://127.0.0.1:1')).toEqual({
      exitCode: 1,
      output: 'sim status: no simulator answers at http://127.0.0.1:1',
    });
    const bench = await startBench();
    await bench.done('POST', '/shops', { domain: 'other' });
    expect((await runCli(['order', 'list'], bench.simulator.url)).output).toContain(
      'there are several shops: give --shop',
    );
  });
});
