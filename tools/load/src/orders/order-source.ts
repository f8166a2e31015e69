import type { RequestSource } from '../http/request-source.ts';
import { signOrder, writeOrder, writeSignature, type Order, type OrderTemplate } from './order-request.ts';
import { shopperOf, type Workload } from './population.ts';

export type OrderSourceOptions = {
  templates: readonly OrderTemplate[];
  secret: string;
  workload: Workload;
  /** Orders are numbered from here. */
  firstOrderId: number;
  /** From 0 to below 1. */
  random: () => number;
};

/** Deliveries of one order after another, signed before the load begins as far as `signAhead` went. */
export class OrderSource implements RequestSource {
  readonly bytesMax: number;
  readonly #options: OrderSourceOptions;
  readonly #ahead: { order: Order; signature: string }[] = [];
  #taken = 0;

  constructor(options: OrderSourceOptions) {
    this.#options = options;
    this.bytesMax = Math.max(...options.templates.map(({ bytes }) => bytes.length));
  }

  /** The number that the next order would get. */
  get nextOrderId(): number {
    return this.#options.firstOrderId + this.#taken;
  }

  signAhead(count: number): void {
    const scratch = Buffer.allocUnsafe(this.bytesMax);
    while (this.#ahead.length < count) {
      const order = this.#draw(this.#options.firstOrderId + this.#ahead.length);
      writeOrder(this.#template(order), order, scratch);
      this.#ahead.push({ order, signature: signOrder(this.#template(order), scratch, this.#options.secret) });
    }
  }

  next(target: Buffer): number {
    const ready = this.#ahead[this.#taken];
    const order = ready?.order ?? this.#draw(this.nextOrderId);
    this.#taken += 1;
    const template = this.#template(order);
    const length = writeOrder(template, order, target);
    writeSignature(template, ready?.signature ?? signOrder(template, target, this.#options.secret), target);
    return length;
  }

  #draw(orderId: number): Order {
    return { orderId, ...shopperOf(this.#options.workload, this.#options.random()) };
  }

  #template({ orderId }: Order): OrderTemplate {
    const { templates } = this.#options;
    const template = templates[orderId % templates.length];
    if (!template) throw new Error('no template');
    return template;
  }
}
