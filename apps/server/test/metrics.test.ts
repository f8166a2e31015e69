import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openWhole, TestShop, type Whole } from './whole.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

let whole: Whole;
let shop: TestShop;

beforeAll(async () => {
  whole = await openWhole({ METRICS_PORT: '0' });
  shop = await TestShop.install(whole, 'measured');
  const customer = await shop.customerWith(120);
  await shop.asShopper(customer, 'GET', '/v1/api/points/balance');
});

afterAll(() => whole.close());

async function look(): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${whole.running.metricsPort}/metrics`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('version=0.0.4');
  return new Scrape(await response.text());
}

class Scrape {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Names of metrics, and of the series that histograms consist of. */
  names(): Set<string> {
    const types = [...this.text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    return new Set(
      types.flatMap(([, name = '', type]) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
      ),
    );
  }

  value(series: string): number | undefined {
    const line = this.text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }
}

describe('what Prometheus reads', () => {
  it('counts requests by their route, never by their address, and strangers together', async () => {
    const { url } = whole.running;
    for (const path of ['/wp-login.php', '/.env']) await fetch(url + path);
    await shop.asMerchant('GET', '/v1/api/points/members/424242');
    const scrape = await look();
    const requests = (labels: string) => scrape.value(`loyalnest_http_request_duration_seconds_count{${labels}}`);
    expect(requests('route="/v1/api/points/balance",method="GET",status_class="2xx"')).toBe(1);
    expect(requests('route="/v1/api/points/members/:customerId",method="GET",status_class="4xx"')).toBe(1);
    expect(requests('route="(none)",method="GET",status_class="4xx"')).toBe(2);
    expect(scrape.text).not.toMatch(/424242|wp-login/);
  });

  it('says what became of orders, and of the calls and events between services', async () => {
    const scrape = await look();
    expect(scrape.value('loyalnest_orders_ingested_total')).toBeGreaterThanOrEqual(1);
    expect(scrape.value('loyalnest_intake_batch_orders_count')).toBeGreaterThanOrEqual(1);
    expect(scrape.value('loyalnest_transfers_posted_total{kind="earn"}')).toBeGreaterThanOrEqual(1);
    expect(scrape.value('loyalnest_points_posted_total{kind="earn"}')).toBeGreaterThanOrEqual(120);
    const installs = 'method="loyalnest.admin.v1.AdminService/InstallMerchant",code="ok"';
    expect(scrape.value(`loyalnest_rpc_server_duration_seconds_count{${installs}}`)).toBe(1);
    expect(scrape.value(`loyalnest_rpc_client_duration_seconds_count{${installs}}`)).toBe(1);
    expect(scrape.value('loyalnest_metric_sources_unread')).toBe(0);
    const told = 'source="admin-core",consumer="points",type="merchant.installed.v1"';
    expect(scrape.value(`loyalnest_events_handled_total{${told}}`)).toBe(1);
    expect(scrape.value('loyalnest_outbox_oldest_event_age_seconds{service="admin-core",consumer="points"}')).toBe(0);
    expect(scrape.value('loyalnest_database_connections_max{service="points"}')).toBe(6);
    expect(scrape.value('loyalnest_shopify_throttle_tight_shops')).toBe(0);
  });

  it('names no shop and nobody, whatever happened', async () => {
    const { text } = await look();
    expect(text).not.toMatch(/measured|myshopify|merchant_?id="|customer_?id="|@/i);
  });

  it('reports a difference of the ledger when the next proof has found it', async () => {
    const { owner } = whole.database;
    await owner.query('update points.customer_balances set available = available + 1');
    await shop.asMerchant('POST', '/v1/api/points/ledger-health/verify');
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    const scrape = await look();
    vi.restoreAllMocks();
    expect(scrape.value('loyalnest_ledger_differences{check="balances"}')).toBeGreaterThanOrEqual(1);
    expect(scrape.value('loyalnest_ledger_shops{proof="differs"}')).toBe(1);
  });

  it('is not on the public port, and nothing else is on its own', async () => {
    expect((await fetch(`${whole.running.url}/metrics`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${whole.running.metricsPort}/healthz`)).status).toBe(404);
  });

  it('has everything that rules, alerts and dashboards ask for', async () => {
    const known = (await look()).names();
    const files = globSync('deploy/{prometheus/rules,grafana/dashboards}/**/*.{yml,json}', { cwd: root });
    expect(files.length).toBeGreaterThanOrEqual(4);
    const asked = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\b(?:loyalnest|nodejs|process)_[a-z0-9_]+/g)].map(
        ([name]) => `${file}: ${name}`,
      ),
    );
    const unknown = [...new Set(asked)].filter((entry) => !known.has(entry.split(': ')[1] ?? ''));
    expect(unknown).toEqual([]);
  });
});
