import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { seedCustomers } from '@loyalnest/dev/seed/customers';
import { demoShop } from '@loyalnest/dev/seed/seed';
import { describe, expect, inject, it } from 'vitest';
import { runCommand } from './running.ts';
import { control } from './shop.ts';
import { Stored } from './stored.ts';

const running = inject('running');

describe('after the first start', () => {
  it('the demo shop has 200 customers and a year of orders that have become points', async () => {
    const path = `/shops/${demoShop}/orders?limit=1000`;
    const { total, orders } = await control<{ total: number; orders: { createdAt: string }[] }>(running, 'GET', path);
    expect(total).toBeGreaterThan(400);
    const times = orders.map(({ createdAt }) => Date.parse(createdAt));
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(300 * 86_400_000);

    const stored = new Stored(running);
    const [seen] = await stored.rows<{ orders: number; customers: number; points: number }>(
      `select count(*)::int as orders, count(distinct customer_id)::int as customers, sum(due_points)::int as points
       from points.orders join points.shops using (merchant_id) where shop_domain = $1`,
      [demoShop],
    );
    await stored.close();
    expect(seen).toMatchObject({ orders: total, customers: 200 });
    expect(seen?.points).toBeGreaterThan(10_000);
    const proof = await runCommand(running, ['verify-ledger', '--json', '--shop', demoShop]);
    expect(JSON.parse(proof.stdout)).toMatchObject({ ok: true, checked: { orders: total } });
  });

  it('no log names one of them', () => {
    const logs = join(running.home, 'logs');
    const files = globSync('*.log*', { cwd: logs });
    expect(files).toContain(running.shape === 'distributed' ? 'points.log' : 'server.log');
    for (const file of files) {
      const text = readFileSync(join(logs, file), 'utf8');
      const named = seedCustomers().filter(
        ({ email, firstName, lastName }) => text.includes(email) || text.includes(`${firstName} ${lastName}`),
      );
      expect({ file, named }).toEqual({ file, named: [] });
    }
  });

  it('every part says that it is well', async () => {
    const { exitCode, stdout } = await runCommand(running, ['status', '--json']);
    expect(exitCode).toBe(0);
    const { healthy, parts } = JSON.parse(stdout) as { healthy: boolean; parts: { name: string; state: string }[] };
    expect(healthy).toBe(true);
    const services = readdirSync(join(root, 'services'));
    const stores = ['kafka', 'redis-1', 'redis-2', 'redis-3'];
    const server = running.shape === 'distributed' ? [...stores, ...services, 'nginx', 'pages'] : ['server'];
    expect(parts.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(
      ['postgres', 'simulator', ...server].map((name) => `${name} healthy`).sort(),
    );
  });

  it('the server describes its API', async () => {
    const response = await fetch(`${running.serverUrl}/v1/openapi.json`);
    expect(response.status).toBe(200);
    const { openapi, paths } = (await response.json()) as { openapi: string; paths: Record<string, unknown> };
    expect(openapi).toMatch(/^3\./);
    for (const path of ['/v1/api/points/balance', '/v1/api/points/redeem', '/v1/api/points/settings']) {
      expect(paths).toHaveProperty([path, path.endsWith('redeem') ? 'post' : 'get']);
    }
  });
});
