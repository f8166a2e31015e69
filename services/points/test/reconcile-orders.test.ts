import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { AccessTokens } from '@loyalnest/shopify/access-tokens';
import { AdminClient } from '@loyalnest/shopify/admin/admin-client';
import { Throttle } from '@loyalnest/shopify/admin/throttle';
import { ShopHttp } from '@loyalnest/shopify/shop-http';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OrderIntake } from '../src/intake/order-intake.ts';
import { ReconcileOrders } from '../src/reconciliation/reconciliation.job.ts';
import { Reconciliation } from '../src/reconciliation/reconciliation.service.ts';
import { openMerchantRoom, type MerchantRoom } from './merchant-room.ts';

const shopCount = 9;
const atOnce = 4;

let room: MerchantRoom;
let shopify: Shopify;

beforeAll(async () => {
  room = await openMerchantRoom('2026-03-02T00:00:00Z');
  shopify = new Shopify();
  await shopify.listen();
});
afterAll(async () => {
  shopify.close();
  await room.close();
});

/** Shops in which nothing changed. It answers when more than four of them wait, or when nobody else has come for a while. */
class Shopify {
  readonly asked: string[] = [];
  mostAtOnce = 0;
  readonly #server: Server;
  #waiting: ServerResponse[] = [];
  #patience: NodeJS.Timeout | undefined;

  constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(request.headers.host ?? '');
      request.resume().once('end', () => this.#ask(response));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #ask(response: ServerResponse): void {
    this.#waiting.push(response);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#waiting.length);
    clearTimeout(this.#patience);
    if (this.#waiting.length > atOnce) return this.#answer();
    this.#patience = setTimeout(() => this.#answer(), 300);
  }

  #answer(): void {
    const orders = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
    const status = { maximumAvailable: 2_000, currentlyAvailable: 1_990, restoreRate: 100 };
    const extensions = { cost: { requestedQueryCost: 10, actualQueryCost: 2, throttleStatus: status } };
    for (const response of this.#waiting.splice(0)) response.end(JSON.stringify({ data: { orders }, extensions }));
  }
}

class OneToken extends AccessTokens {
  accessToken(): Promise<string> {
    return Promise.resolve('a-token');
  }

  renewedToken(): Promise<string> {
    return Promise.resolve('a-token');
  }
}

it('compares every shop once, several at a time', async () => {
  for (let merchantId = 1; merchantId <= shopCount; merchantId += 1) await room.install(merchantId);
  const { app } = room.running;
  const admin = new AdminClient({ tokens: new OneToken(), http: new ShopHttp(shopify.url), throttle: new Throttle() });
  const reconciliation = new Reconciliation(
    admin,
    app.get(OrderIntake, { strict: false }),
    room.database,
    app.get(ShopDirectory, { strict: false }),
    room.clock,
  );
  await new ReconcileOrders(reconciliation, createLogger({ level: 'silent', service: 'points' })).run();

  const shops = Array.from({ length: shopCount }, (_, index) => `shop-${index + 1}.myshopify.com`);
  expect(shopify.asked.toSorted()).toEqual(shops);
  expect(shopify.mostAtOnce).toBe(atOnce);
  const { rows } = await room.databases.owner.query<{ merchants: number }>(
    'select count(*) as merchants from points.reconciliations where failure is null and checked_at = $1',
    [room.clock.now()],
  );
  expect(rows).toEqual([{ merchants: shopCount }]);
});
