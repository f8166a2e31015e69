import { createHmac } from 'node:crypto';
import { orderBody } from '@loyalnest/load/crash/bodies';
import type { Delivery, Order, Redemption, Taken } from '@loyalnest/load/crash/model';
import { openShops, type CrashShop } from '@loyalnest/load/crash/shops';
import { signedProxyQuery } from '@loyalnest/load/http/proxy-query';
import type { Whole } from '../whole/whole.ts';
import { ask, isFinal, type Answer } from './answer.ts';
import { StaffTokens } from './shop.ts';

export const operationNames = ['earn', 'redeem', 'balance', 'settings'] as const;
export type OperationName = (typeof operationNames)[number];

/** A version of the rules that was acknowledged. */
export type Saved = { shopDomain: string; version: number };

const firstOrderId = 6_000_000_000_000;
const firstCustomerId = 7_000_000_000_000;
/** Few, so that their orders and rewards meet. */
const customersPerShop = 12;
/** What everybody has to begin with, in cents: enough for a hundred rewards. */
const firstOrderMinor = 6_000_000;
/** Of the orders, as long as there are codes. */
const codedEvery = 4;
const reopenMs = 1_000;
/** A request that died half way is free for another try after half a minute. */
const settleMs = 90_000;
const batchMax = 16;

/** What shoppers and a merchant do, each thing once; and what of it was acknowledged. */
export class Operations {
  readonly orders: Order[] = [];
  readonly acknowledged: Delivery[] = [];
  readonly taken: Taken[] = [];
  readonly saved: Saved[] = [];
  readonly #whole: Whole;
  readonly #shops: readonly CrashShop[];
  readonly #staff: StaffTokens;
  readonly #codes: { shopDomain: string; code: string }[] = [];
  readonly #openDeliveries: Delivery[] = [];
  readonly #openRedemptions: Redemption[] = [];
  #settings: { version: number; settings: unknown } | undefined;
  #newestVersion = 0;
  #isSaving = false;
  #count = 0;

  private constructor(whole: Whole, shops: readonly CrashShop[], staff: StaffTokens) {
    this.#whole = whole;
    this.#shops = shops;
    this.#staff = staff;
  }

  /** Two shops whose customers have points, and have looked at them. */
  static async open(whole: Whole): Promise<Operations> {
    const shops = await openShops({ instance: whole.instance, ownerUrl: whole.ownerUrl });
    const [first] = shops;
    if (!first) throw new Error('no shop');
    const operations = new Operations(whole, shops, await StaffTokens.of(whole, first.domain));
    await operations.#giveEverybodyPoints();
    return operations;
  }

  /** Requests whose end is not known. */
  get openCount(): number {
    return this.#openDeliveries.length + this.#openRedemptions.length;
  }

  run(name: OperationName): Promise<Answer['outcome']> {
    if (name === 'earn') return this.#earn();
    if (name === 'redeem') return this.#redeem();
    return name === 'balance' ? this.#readBalance() : this.#saveSettings();
  }

  /** Asks again, as Shopify and a good client do, until it is known how everything ended. */
  async settle(): Promise<void> {
    const deadline = performance.now() + settleMs;
    while (this.openCount > 0 && performance.now() < deadline) {
      const deliveries = this.#openDeliveries.splice(0);
      const redemptions = this.#openRedemptions.splice(0);
      await inBatches(deliveries, (delivery) => this.#deliver(delivery));
      await inBatches(redemptions, (redemption) => this.#take(redemption));
      if (this.openCount > 0) await new Promise((settle) => setTimeout(settle, reopenMs));
    }
  }

  async #giveEverybodyPoints(): Promise<void> {
    for (const shop of this.#shops) {
      for (let index = 0; index < customersPerShop; index += 1) {
        const outcome = await this.#sell(shop, firstCustomerId + index, { priceMinor: firstOrderMinor });
        if (outcome !== 'ok') throw new Error(`the first orders were answered ${outcome}`);
        const looked = await this.#look({ shopDomain: shop.domain, customerId: firstCustomerId + index });
        if (looked !== 'ok') throw new Error(`the first balances were answered ${looked}`);
      }
    }
  }

  #earn(): Promise<Answer['outcome']> {
    const number = this.#nextNumber();
    const shop = this.#shopOf(number);
    const at = this.#codes.findIndex(({ shopDomain }) => shopDomain === shop.domain);
    const coded = number % codedEvery === 0 && at >= 0 ? this.#codes.splice(at, 1)[0] : undefined;
    const priceMinor = 1_000 + ((number * 137) % 9_000);
    return this.#sell(shop, this.#customerOf(number), { priceMinor, ...(coded ? { code: coded.code } : {}) });
  }

  #sell(shop: CrashShop, customerId: number, sold: { priceMinor: number; code?: string }): Promise<Answer['outcome']> {
    const order: Order = {
      orderId: firstOrderId + 10 * this.#nextNumber(),
      shopDomain: shop.domain,
      customerId,
      priceMinor: sold.priceMinor,
      quantity: 1,
      code: sold.code ?? null,
      discountMinor: sold.code === undefined ? 0 : shop.rewardMinor,
      placedAt: new Date(),
      refundIds: [],
      isCancelled: false,
    };
    this.orders.push(order);
    return this.#deliver({
      webhookId: `chaos-${this.#nextNumber()}`,
      topic: 'orders/paid',
      shopDomain: shop.domain,
      body: orderBody(order, null),
      fact: { kind: 'order', order },
    });
  }

  async #deliver(delivery: Delivery): Promise<Answer['outcome']> {
    const { body, shopDomain, topic, webhookId } = delivery;
    const { outcome } = await ask(`${this.#whole.instance.serverUrl}/webhooks/shopify`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-shop-domain': shopDomain,
        'x-shopify-webhook-id': webhookId,
        'x-shopify-triggered-at': new Date().toISOString(),
        'x-shopify-hmac-sha256': createHmac('sha256', this.#whole.secrets.shopifyClientSecret)
          .update(body)
          .digest('base64'),
      },
      body,
    });
    if (outcome === 'ok') this.acknowledged.push(delivery);
    else this.#openDeliveries.push(delivery);
    return outcome;
  }

  #redeem(): Promise<Answer['outcome']> {
    const number = this.#nextNumber();
    const shop = this.#shopOf(number);
    const key = `chaos-${number}`;
    return this.#take({ key, shopDomain: shop.domain, customerId: this.#customerOf(number), rewardId: shop.rewardId });
  }

  async #take(redemption: Redemption): Promise<Answer['outcome']> {
    const { key, shopDomain, customerId, rewardId } = redemption;
    const { outcome, body } = await ask(this.#shopperUrl('/v1/api/points/redeem', { shopDomain, customerId }), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ rewardId }),
    });
    if (outcome !== 'ok') {
      if (!isFinal(outcome)) this.#openRedemptions.push(redemption);
      return outcome;
    }
    const code = typeof body['code'] === 'string' ? body['code'] : null;
    this.taken.push({ shopDomain, redemptionId: Number(body['redemptionId']), code });
    if (code !== null) this.#codes.push({ shopDomain, code });
    return outcome;
  }

  #readBalance(): Promise<Answer['outcome']> {
    const number = this.#nextNumber();
    return this.#look({ shopDomain: this.#shopOf(number).domain, customerId: this.#customerOf(number) });
  }

  async #look(shopper: { shopDomain: string; customerId: number }): Promise<Answer['outcome']> {
    const { outcome, body } = await ask(this.#shopperUrl('/v1/api/points/balance', shopper), {});
    return outcome === 'ok' && typeof body['available'] !== 'number' ? 'not-a-balance' : outcome;
  }

  /** Saves the rules with another bonus for signing up; reads them while they are not known or a save is under way. */
  async #saveSettings(): Promise<Answer['outcome']> {
    const url = `${this.#whole.instance.serverUrl}/v1/api/points/settings`;
    const headers = { authorization: `Bearer ${this.#staff.make()}`, 'content-type': 'application/json' };
    const known = this.#settings;
    if (!known || this.#isSaving) {
      const { outcome, body } = await ask(url, { headers });
      if (outcome === 'ok') this.#learnSettings(Number(body['version']), body['settings']);
      return outcome;
    }
    this.#isSaving = true;
    this.#settings = undefined;
    const { version, settings } = known;
    // Saving over a version brings the same rules each time, so that a try that was not answered may be made again.
    const changed = { ...(settings as object), signup: { isOn: false, points: 1 + (version % 500) } };
    const answer = await ask(url, { method: 'PUT', headers, body: JSON.stringify({ version, settings: changed }) });
    this.#isSaving = false;
    if (answer.outcome !== 'ok') return answer.outcome;
    const saved = Number(answer.body['version']);
    this.saved.push({ shopDomain: this.#shops[0]?.domain ?? '', version: saved });
    this.#learnSettings(saved, answer.body['settings']);
    return 'ok';
  }

  /** Answers come in any order; one that is older than what is known says nothing. */
  #learnSettings(version: number, settings: unknown): void {
    if (version < this.#newestVersion) return;
    this.#newestVersion = version;
    this.#settings = { version, settings };
  }

  #shopperUrl(path: string, shopper: { shopDomain: string; customerId: number }): string {
    const secret = this.#whole.secrets.shopifyClientSecret;
    const query = signedProxyQuery({ ...shopper, secret, at: new Date() });
    return `${this.#whole.instance.serverUrl}${path}?${query.toString()}`;
  }

  #shopOf(number: number): CrashShop {
    const shop = this.#shops[number % this.#shops.length];
    if (!shop) throw new Error('no shop');
    return shop;
  }

  #customerOf(number: number): number {
    return firstCustomerId + (Math.floor(number / 2) % customersPerShop);
  }

  #nextNumber(): number {
    this.#count += 1;
    return this.#count;
  }
}

async function inBatches<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += batchMax)
    await Promise.all(items.slice(from, from + batchMax).map(work));
}
