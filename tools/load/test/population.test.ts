import { describe, expect, it } from 'vitest';
import {
  customerCount,
  loneMerchant,
  merchantCount,
  merchantOf,
  shopperOf,
  zipfStep,
} from '../src/orders/population.ts';

describe('the population', () => {
  const counts = new Map<number, number>();
  for (let customer = 0; customer < customerCount; customer += 1) {
    const merchant = merchantOf(customer);
    counts.set(merchant, (counts.get(merchant) ?? 0) + 1);
  }

  it('gives every merchant customers', () => {
    expect(counts.size).toBe(merchantCount);
    expect(Math.min(...counts.keys())).toBe(1);
    expect(Math.max(...counts.keys())).toBe(merchantCount);
  });

  it.each([1, 10, 100, 1_000])('gives merchant %i its share by the law of Zipf', (merchant) => {
    const share = (counts.get(merchant) ?? 0) / (counts.get(1) ?? 0);
    expect(share * merchant).toBeGreaterThan(0.9);
    expect(share * merchant).toBeLessThan(1.6);
  });

  it('draws no customer on the border of two merchants, where pgbench might compute another one', () => {
    const distances = Array.from({ length: customerCount - 1 }, (_, index) => {
      const exact = Math.exp((index + 1) * zipfStep);
      return Math.abs(exact - Math.round(exact));
    });
    expect(distances.every((distance) => distance > 1e-8)).toBe(true);
  });

  it('draws from everybody, from one customer, or from one merchant', () => {
    expect(shopperOf('spread', 0.999999).customer).toBe(customerCount - 1);
    expect(shopperOf('one-customer', 0.7)).toEqual({ customer: 0, merchant: 1 });
    expect(shopperOf('one-merchant', 0.5).merchant).toBe(loneMerchant);
  });
});
