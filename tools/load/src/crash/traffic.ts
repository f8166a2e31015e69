import { orderBody, refundBody } from './bodies.ts';
import type { Delivery, Fact, Order, Send, Taken } from './model.ts';

/** Few, so that they meet: the same customer's orders, refunds and redemptions are under way at the same time. */
const customersPerShop = 40;
const firstCustomerId = 7_000_000_000_000;
const firstOrderId = 6_000_000_000_000;
const firstRefundId = 9_000_000_000_000;
/** Of the latest orders, which later facts are about. */
const recentMax = 500;
/** Of one order's pieces. */
const quantityMax = 4;

export type TrafficOptions = {
  shops: readonly { domain: string; rewardId: number; rewardMinor: number }[];
  /** From 0 to below 1. */
  random: () => number;
};

/** What shoppers and merchants do, one thing after another, and what came of it. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #orders: Order[] = [];
  /** Not known to have arrived; told again before anything new. */
  readonly #open: Send[] = [];
  readonly #acknowledged: Delivery[] = [];
  readonly #taken: Taken[] = [];
  readonly #codes: { shopDomain: string; code: string }[] = [];
  #count = 0;
  redelivered = 0;
  /** Redemptions can take half a minute to be sure about after a crash; near the end none begins. */
  takesRewards = true;

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  get orders(): readonly Order[] {
    return this.#orders;
  }

  get acknowledged(): readonly Delivery[] {
    return this.#acknowledged;
  }

  get taken(): readonly Taken[] {
    return this.#taken;
  }

  get openCount(): number {
    return this.#open.length;
  }

  /** Mostly something new, sometimes what was not answered, sometimes what was. */
  next(): Send {
    const draw = this.#options.random();
    if (draw < 0.3 && this.#open.length > 0) return this.nextOpen() as Send;
    if (draw < 0.37) return this.#repeated() ?? this.#newOrder();
    if (draw < 0.5) return this.#refund() ?? this.#newOrder();
    if (draw < 0.57) return this.#cancellation() ?? this.#newOrder();
    if (draw < 0.59 && this.takesRewards) return this.#redemption();
    return this.#newOrder();
  }

  /** Something that was not answered yet, for another try. */
  nextOpen(): Send | undefined {
    this.redelivered += this.#open.length > 0 ? 1 : 0;
    return this.#open.shift();
  }

  /** It was answered 200: from now on it may not be lost. */
  delivered(delivery: Delivery): void {
    this.#acknowledged.push(delivery);
  }

  /** It was answered 201: from now on it may not be lost. */
  redeemed(taken: Taken): void {
    this.#taken.push(taken);
    if (taken.code !== null) this.#codes.push({ shopDomain: taken.shopDomain, code: taken.code });
  }

  /** It was not answered, or answered that it should come again. */
  unsettled(send: Send): void {
    this.#open.push(send);
  }

  #newOrder(): Send {
    const { random } = this.#options;
    const shop = this.#shop();
    const coded = random() < 0.05 ? this.#takeCode(shop.domain) : undefined;
    const order: Order = {
      orderId: firstOrderId + this.#nextNumber(),
      shopDomain: shop.domain,
      customerId: this.#customer(),
      priceMinor: 1_000 + Math.floor(random() * 9_000),
      quantity: 1 + Math.floor(random() * quantityMax),
      code: coded ?? null,
      discountMinor: coded ? shop.rewardMinor : 0,
      placedAt: new Date(),
      refundIds: [],
      isCancelled: false,
    };
    this.#orders.push(order);
    return this.#deliver('orders/paid', { kind: 'order', order }, orderBody(order, null));
  }

  #refund(): Send | undefined {
    const order = this.#recent(
      (candidate) => candidate.code === null && candidate.refundIds.length < candidate.quantity,
    );
    if (!order) return undefined;
    const refundId = firstRefundId + this.#nextNumber();
    order.refundIds.push(refundId);
    return this.#deliver('refunds/create', { kind: 'refund', order, refundId }, refundBody(order, refundId));
  }

  #cancellation(): Send | undefined {
    const order = this.#recent((candidate) => !candidate.isCancelled);
    if (!order) return undefined;
    order.isCancelled = true;
    return this.#deliver('orders/cancelled', { kind: 'cancellation', order }, orderBody(order, new Date()));
  }

  #redemption(): Send {
    const shop = this.#shop();
    const key = `crash-${this.#nextNumber()}`;
    const redemption = { key, shopDomain: shop.domain, customerId: this.#customer(), rewardId: shop.rewardId };
    return { kind: 'redemption', redemption };
  }

  /** Shopify repeats now and then what has arrived. */
  #repeated(): Send | undefined {
    const at = this.#acknowledged.length - 1 - Math.floor(this.#options.random() * recentMax);
    const delivery = this.#acknowledged[at];
    return delivery && { kind: 'delivery', delivery };
  }

  #deliver(topic: string, fact: Fact, body: string): Send {
    const webhookId = `crash-${this.#nextNumber()}`;
    return { kind: 'delivery', delivery: { webhookId, topic, shopDomain: fact.order.shopDomain, body, fact } };
  }

  #recent(isWanted: (order: Order) => boolean): Order | undefined {
    const order = this.#orders[this.#orders.length - 1 - Math.floor(this.#options.random() * recentMax)];
    return order && isWanted(order) ? order : undefined;
  }

  #takeCode(shopDomain: string): string | undefined {
    const at = this.#codes.findIndex((code) => code.shopDomain === shopDomain);
    return at < 0 ? undefined : this.#codes.splice(at, 1)[0]?.code;
  }

  #shop() {
    const { shops, random } = this.#options;
    const shop = shops[Math.floor(random() * shops.length)];
    if (!shop) throw new Error('no shop');
    return shop;
  }

  #customer(): number {
    return firstCustomerId + Math.floor(this.#options.random() * customersPerShop);
  }

  #nextNumber(): number {
    this.#count += 1;
    return this.#count * 10;
  }
}
