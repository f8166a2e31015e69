import { setTimeout as sleep } from 'node:timers/promises';
import { exponential } from '../figures/random.ts';
import { Connection } from '../http/connection.ts';
import {
  orderTemplates,
  signOrder,
  writeOrder,
  writeSignature,
  type Order,
  type OrderTemplate,
} from '../orders/order-request.ts';
import { merchantOf } from '../orders/population.ts';

const connectionCount = 16;
const templateCount = 64;
/** A moment shorter makes the timer no more precise. */
const tickMs = 1;
/** An order that was cut off is sent again, as Shopify does, though it waits longer. */
const resendMs = 250;

export type OrderStreamOptions = {
  port: number;
  secret: string;
  /** Whose orders, each as often as the others. */
  customers: readonly number[];
  ratePerSecond: number;
  random: () => number;
  firstOrderId: number;
};

/** Orders that come at random moments, and come again until they are answered 200. */
export class OrderStream {
  readonly #options: OrderStreamOptions;
  readonly #templates: readonly OrderTemplate[];
  readonly #waiting: Order[] = [];
  /** When each order was sent for the first time. */
  readonly sentNs = new Map<number, bigint>();
  /** When the server said that it had posted it. */
  readonly answeredNs = new Map<number, bigint>();
  #underWay = 0;
  #free: Connection[] = [];
  /** Answers other than 200, broken connections among them. */
  resent = 0;

  constructor(options: OrderStreamOptions) {
    this.#options = options;
    this.#templates = orderTemplates({ port: options.port, at: new Date(), count: templateCount });
  }

  /** Sends for so long, and returns when everything is answered. */
  async run(durationMs: number): Promise<void> {
    const { random, ratePerSecond } = this.#options;
    const endMs = performance.now() + durationMs;
    const meanGapMs = 1_000 / ratePerSecond;
    let dueMs = performance.now();
    while (performance.now() < endMs || this.#waiting.length + this.#underWay > 0) {
      for (const nowMs = performance.now(); dueMs <= Math.min(nowMs, endMs); dueMs += exponential(random(), meanGapMs))
        this.#waiting.push(this.#draw());
      await this.#sendWaiting();
      await sleep(tickMs);
    }
    for (const connection of this.#free.splice(0)) connection.close();
  }

  #draw(): Order {
    const { customers, random, firstOrderId } = this.#options;
    const customer = customers[Math.floor(random() * customers.length)] ?? 0;
    const orderId = firstOrderId + this.sentNs.size;
    this.sentNs.set(orderId, process.hrtime.bigint());
    return { orderId, customer, merchant: merchantOf(customer) };
  }

  async #sendWaiting(): Promise<void> {
    while (this.#waiting.length > 0 && this.#underWay < connectionCount) {
      const connection = await this.#connection();
      if (!connection) return;
      const order = this.#waiting.shift();
      if (order) this.#send(connection, order);
    }
  }

  #send(connection: Connection, order: Order): void {
    const template = this.#templates[order.orderId % this.#templates.length];
    if (!template) throw new Error('no template');
    const length = writeOrder(template, order, connection.request);
    writeSignature(template, signOrder(template, connection.request, this.#options.secret), connection.request);
    this.#underWay += 1;
    connection.send(length, (status) => {
      this.#underWay -= 1;
      if (connection.isOpen) this.#free.push(connection);
      if (status === 200) {
        this.answeredNs.set(order.orderId, process.hrtime.bigint());
        return;
      }
      this.resent += 1;
      this.#waiting.push(order);
    });
  }

  async #connection(): Promise<Connection | undefined> {
    this.#free = this.#free.filter(({ isOpen }) => isOpen);
    const free = this.#free.pop();
    if (free) return free;
    try {
      const requestBytesMax = Math.max(...this.#templates.map(({ bytes }) => bytes.length));
      return await Connection.open({ port: this.#options.port, requestBytesMax });
    } catch {
      // The server is away for a moment.
      await sleep(resendMs);
      return undefined;
    }
  }
}
