import { describe, expect, it } from 'vitest';
import { seedCustomers } from '../src/seed/customers.ts';
import { seedOrders } from '../src/seed/orders.ts';

const until = new Date('2026-11-22T00:00:00Z');
const yearMs = 366 * 86_400_000;

describe('the seed', () => {
  it('is the same every time', () => {
    expect(seedOrders(until)).toEqual(seedOrders(until));
    expect(seedCustomers()).toEqual(seedCustomers());
  });

  it('gives each of 200 customers an address of his own, where no mail arrives', () => {
    const emails = seedCustomers().map(({ email }) => email);
    expect(new Set(emails).size).toBe(200);
    expect(emails.filter((email) => !/^[a-z.]+\d+@example\.com$/.test(email))).toEqual([]);
  });

  it('is a year of orders in order of time, at least one from each customer', () => {
    const rows = seedOrders(until);
    const times = rows.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.min(...times)).toBeGreaterThan(until.getTime() - yearMs);
    expect(Math.max(...times)).toBeLessThan(until.getTime());
    const orders = rows.filter(({ kind }) => kind === 'order');
    expect(new Set(orders.map((row) => row.customer_id)).size).toBe(200);
    expect(new Set(orders.map((row) => row.order_id)).size).toBe(orders.length);
  });

  it('takes back only what was ordered before, and no more than was paid', () => {
    const rows = seedOrders(until);
    const paid = new Map<string, { amount: number; at: string }>();
    for (const { kind, order_id, amount, at } of rows) {
      if (kind === 'order') paid.set(order_id, { amount: Number(amount), at });
      else expect(paid.get(order_id)?.at.localeCompare(at)).toBe(-1);
      if (kind === 'refund') expect(Number(amount)).toBeLessThanOrEqual(paid.get(order_id)?.amount ?? 0);
    }
    const kinds = Object.groupBy(rows, ({ kind }) => kind);
    expect([kinds.refund?.length, kinds.cancel?.length].every((count) => count !== undefined && count > 10)).toBe(true);
  });

  it('has many who come once and some who come often', () => {
    const orders = seedOrders(until).filter(({ kind }) => kind === 'order');
    const counts = Object.values(Object.groupBy(orders, (row) => row.customer_id)).map((rows) => rows?.length ?? 0);
    expect(counts.filter((count) => count === 1).length).toBeGreaterThan(30);
    expect(counts.filter((count) => count >= 10).length).toBeGreaterThan(10);
  });
});
