import { noFacts, type OrderFacts, type OrderSnapshot, type Refund } from '../src/orders/order-snapshot.ts';

/** A paid order of one line, 1 piece of 37.00 EUR, by customer 7. */
export function aSnapshot(change: Partial<OrderSnapshot> = {}): OrderSnapshot {
  return {
    name: '#1001',
    createdAt: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-01T10:00:00.000Z',
    customerId: 7,
    wasGuest: change.customerId === null,
    currency: 'EUR',
    isTest: false,
    financialStatus: 'paid',
    isFulfilled: false,
    cancelledAt: null,
    taxesIncluded: false,
    totalMinor: 3_700,
    lines: [aLine()],
    shippingMinor: 0,
    shippingTaxMinor: 0,
    codes: [],
    gateways: ['bogus'],
    giftCardMinor: null,
    ...change,
  };
}

export function aLine(change: Partial<OrderSnapshot['lines'][number]> = {}): OrderSnapshot['lines'][number] {
  return {
    id: 1,
    productId: 11,
    quantity: 1,
    currentQuantity: 1,
    priceMinor: 3_700,
    discountMinor: 0,
    taxMinor: 0,
    isGiftCard: false,
    ...change,
  };
}

export function facts(change: Partial<OrderFacts> = {}): OrderFacts {
  return { ...noFacts, snapshot: aSnapshot(), ...change };
}

export function aRefund(change: Partial<Refund> = {}): Refund {
  return { id: 900, lines: [], shippingMinor: 0, totalMinor: 0, ...change };
}
