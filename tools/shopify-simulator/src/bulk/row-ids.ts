import { hashBelow } from '../time/ids.ts';

/**
 * Shopify ids of rows. They depend on nothing but the shop and the row, so that a file read twice gives the same orders.
 * Each kind has its own range, apart from the numbers of `store.nextId`, and all stay safe integers.
 */
const ORDERS_FROM = 5_000_000_000_000;
const CUSTOMERS_FROM = 6_000_000_000_000;
const REFUNDS_FROM = 9_000_000_000_000;
const HASHED_OFFSET = 2_000_000_000_000;
const RANGE = 900_000_000_000;
const PER_SHOP = 1_000_000_000;

const LINE_OFFSET = 10_000_000_000_000;
const TRANSACTION_OFFSET = 30_000_000_000_000;

export function orderIdOf(shop: string, rowId: string): number {
  return numbered(ORDERS_FROM, shop, rowId);
}

export function customerIdOf(shop: string, rowId: string): number {
  return numbered(CUSTOMERS_FROM, shop, rowId);
}

export function refundIdOf(
  shop: string,
  facts: { orderId: string; at: number; amountMinor: number; quantity: number; occurrence: number },
): number {
  const { orderId, at, amountMinor, quantity, occurrence } = facts;
  const nth = occurrence === 1 ? '' : `/${occurrence}`;
  return REFUNDS_FROM + hashBelow(`${shop}/${orderId}/${at}/${amountMinor}/${quantity}${nth}`, RANGE);
}

export function lineIdOf(orderOrRefundId: number, index: 0 | 1): number {
  return orderOrRefundId + LINE_OFFSET * (index + 1);
}

export function transactionIdOf(orderOrRefundId: number): number {
  return orderOrRefundId + TRANSACTION_OFFSET;
}

/** Small numbers keep their digits and cannot collide; other ids are hashed. */
function numbered(from: number, shop: string, rowId: string): number {
  if (/^(0|[1-9]\d{0,8})$/.test(rowId)) return from + hashBelow(shop, RANGE / PER_SHOP) * PER_SHOP + Number(rowId);
  return from + HASHED_OFFSET + hashBelow(`${shop}/${rowId}`, RANGE);
}
