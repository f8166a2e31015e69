import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { orderTemplates } from '../src/orders/order-request.ts';
import { OrderSource } from '../src/orders/order-source.ts';
import { customerIdOf, shopDomainOf, shopperOf } from '../src/orders/population.ts';

const secret = 'shpss_0123456789abcdef';
const firstOrderId = 6_000_000_012_345;
const templates = orderTemplates({ port: 7_400, at: new Date('2026-11-01T00:00:00Z'), count: 8 });

function source(signedAhead: number): OrderSource {
  const made = new OrderSource({ templates, secret, workload: 'spread', firstOrderId, random: () => 0.5 });
  made.signAhead(signedAhead);
  return made;
}

function take(from: OrderSource): { head: string; body: Buffer } {
  const target = Buffer.alloc(from.bytesMax);
  const request = target.subarray(0, from.next(target));
  const end = request.indexOf('\r\n\r\n');
  return { head: request.subarray(0, end).toString(), body: request.subarray(end + 4) };
}

describe('deliveries of orders', () => {
  it('are 4 to 8 kB, as Shopify sends them', () => {
    for (const { bytes, bodyStart } of templates) {
      expect(bytes.length - bodyStart).toBeGreaterThan(4_000);
      expect(bytes.length - bodyStart).toBeLessThan(8_000);
    }
  });

  it.each([0, 16])('carry their own ids, shop and signature when %i are signed ahead', (signedAhead) => {
    const orders = source(signedAhead);
    for (let nth = 0; nth < 10; nth += 1) {
      const { head, body } = take(orders);
      const shopper = shopperOf('spread', 0.5);
      const order = JSON.parse(body.toString());
      expect(order.id).toBe(firstOrderId + nth);
      expect(order.customer.id).toBe(customerIdOf(shopper.customer));
      expect(order.order_status_url).toContain(shopDomainOf(shopper.merchant));
      expect(head).toContain(`X-Shopify-Shop-Domain: ${shopDomainOf(shopper.merchant)}\r\n`);
      expect(head).toContain(`Content-Length: ${body.length}\r\n`);
      expect(head).toContain(`X-Shopify-Hmac-Sha256: ${createHmac('sha256', secret).update(body).digest('base64')}`);
    }
    expect(orders.nextOrderId).toBe(firstOrderId + 10);
  });
});
