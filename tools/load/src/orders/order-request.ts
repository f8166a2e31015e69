import { createHmac } from 'node:crypto';
import { customerIdOf, shopDomainOf, type Shopper } from './population.ts';
import { shopifyOrder, type Article } from './shopify-order.ts';

/** One order to be sent. */
export type Order = Shopper & { orderId: number };

/** Stand-ins that are replaced by ids of the same length. */
export const sampleOrder = {
  orderId: 6_000_000_000_001,
  customerId: customerIdOf(1),
  number: 1_000_001,
  merchant: 99_999,
};
const orderNumbers = 9_000_000;
const signatureLength = 44;

/** Webhook deliveries of one shape of order. Only ids and the signature differ, each of fixed width, so they are patched in. */
export type OrderTemplate = {
  bytes: Buffer;
  bodyStart: number;
  orderIdAt: readonly number[];
  customerIdAt: readonly number[];
  numberAt: readonly number[];
  merchantAt: readonly number[];
  signatureAt: number;
};

/** From one article to two, with an address or without, at many prices: 4 to 8 kB, as most orders are. */
export function orderTemplates(options: { port: number; at: Date; count: number }): OrderTemplate[] {
  return Array.from({ length: options.count }, (_, index) => {
    const article = (nth: number): Article => ({
      title: ['Ceramic mug, 350 ml', 'Linen shirt', 'Notebook, dotted'][(index + nth) % 3] ?? '',
      priceMinor: 990 + ((index * 7 + nth * 13) % 60) * 250,
      quantity: 1 + ((index + nth) % 3),
    });
    return orderTemplate({
      ...options,
      articles: Array.from({ length: 1 + (index % 2) }, (_, nth) => article(nth)),
      shippingMinor: index % 4 === 0 ? 0 : 490,
    });
  });
}

function orderTemplate(options: {
  port: number;
  at: Date;
  articles: readonly Article[];
  shippingMinor: number;
}): OrderTemplate {
  const shopDomain = shopDomainOf(sampleOrder.merchant);
  const body = Buffer.from(JSON.stringify(shopifyOrder({ ...options, ...sampleOrder, shopDomain })));
  const head = [
    'POST /webhooks/shopify HTTP/1.1',
    `Host: 127.0.0.1:${options.port}`,
    'User-Agent: Shopify-Captain-Hook',
    'Accept: */*',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    'X-Shopify-Topic: orders/paid',
    `X-Shopify-Shop-Domain: ${shopDomain}`,
    'X-Shopify-API-Version: 2026-10',
    `X-Shopify-Webhook-Id: b1946ac9-2f1e-4a6b-9c11-${sampleOrder.orderId}`,
    `X-Shopify-Event-Id: 98880550-7158-44d4-b7cd-${sampleOrder.orderId}`,
    `X-Shopify-Triggered-At: ${options.at.toISOString()}`,
    `X-Shopify-Hmac-Sha256: ${'='.repeat(signatureLength)}`,
    '\r\n',
  ].join('\r\n');
  const bytes = Buffer.concat([Buffer.from(head), body]);
  return {
    bytes,
    bodyStart: head.length,
    orderIdAt: positionsOf(bytes, String(sampleOrder.orderId)),
    customerIdAt: positionsOf(bytes, String(sampleOrder.customerId)),
    numberAt: positionsOf(bytes, String(sampleOrder.number)),
    merchantAt: positionsOf(bytes, shopDomain).map((position) => position + 'bench-'.length),
    signatureAt: bytes.indexOf('='.repeat(signatureLength)),
  };
}

function positionsOf(bytes: Buffer, text: string): number[] {
  const positions: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) positions.push(at);
  return positions;
}

/** Writes the order's delivery, but for its signature, to the start of `target`. Returns its length. */
export function writeOrder(template: OrderTemplate, order: Order, target: Buffer): number {
  template.bytes.copy(target);
  writeDigits(target, template.orderIdAt, order.orderId, 13);
  writeDigits(target, template.customerIdAt, customerIdOf(order.customer), 13);
  writeDigits(target, template.numberAt, 1_000_000 + (order.orderId % orderNumbers), 7);
  writeDigits(target, template.merchantAt, order.merchant, 5);
  return template.bytes.length;
}

/** The signature of what `writeOrder` has written. */
export function signOrder(template: OrderTemplate, written: Buffer, secret: string): string {
  return createHmac('sha256', secret)
    .update(written.subarray(template.bodyStart, template.bytes.length))
    .digest('base64');
}

export function writeSignature(template: OrderTemplate, signature: string, target: Buffer): void {
  target.write(signature, template.signatureAt, signatureLength, 'latin1');
}

function writeDigits(target: Buffer, positions: readonly number[], value: number, width: number): void {
  for (const position of positions) {
    let rest = value;
    for (let at = position + width - 1; at >= position; at -= 1) {
      const next = Math.floor(rest / 10);
      target[at] = 48 + rest - next * 10;
      rest = next;
    }
  }
}
