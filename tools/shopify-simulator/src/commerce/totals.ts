import type { Line, Order } from '../state/entities.ts';

/** All amounts in minor units of the order's currency. `current…` reflects edits, cancellation and refunds. */
export type Totals = {
  lineItemsMinor: number;
  discountsMinor: number;
  subtotalMinor: number;
  taxMinor: number;
  shippingMinor: number;
  totalMinor: number;
  currentDiscountsMinor: number;
  currentSubtotalMinor: number;
  currentTaxMinor: number;
  currentShippingMinor: number;
  currentTotalMinor: number;
  receivedMinor: number;
  refundedMinor: number;
  refundedShippingMinor: number;
  discrepancyMinor: number;
  outstandingMinor: number;
};

export function orderTotals(order: Order): Totals {
  const lineItemsMinor = sum(order.lines, (line) => line.priceMinor * line.quantity);
  const lineDiscounts = sum(order.lines, (line) => line.discountMinor);
  const taxMinor = sum(order.lines, (line) => line.taxMinor);
  const currentTaxMinor = sum(order.lines, (line) => taxOf(line, line.currentQuantity));
  const shippingMinor = order.shippingMinor - order.shippingDiscountMinor;
  const refundedShippingMinor = sum(order.refunds, (refund) => refund.shippingMinor);
  const discrepancyMinor = sum(order.refunds, (refund) => refund.discrepancyMinor);
  const currentSubtotalMinor = sum(order.lines, (line) => netOf(line, line.currentQuantity));
  const currentShippingMinor = order.cancelledAt === null ? shippingMinor - refundedShippingMinor : 0;
  const receivedMinor = paidMinor(order);
  const refundedMinor = sum(order.refunds, (refund) => refund.transaction?.amountMinor ?? 0);
  const taxOnTop = order.taxesIncluded ? 0 : 1;
  const cancelled = order.cancelledAt === null ? 1 : 0;
  const currentTotalMinor =
    cancelled * (currentSubtotalMinor + currentShippingMinor + taxOnTop * currentTaxMinor - discrepancyMinor);
  return {
    lineItemsMinor,
    discountsMinor: lineDiscounts + order.shippingDiscountMinor,
    subtotalMinor: lineItemsMinor - lineDiscounts,
    taxMinor,
    shippingMinor,
    totalMinor: lineItemsMinor - lineDiscounts + shippingMinor + taxOnTop * taxMinor,
    currentDiscountsMinor:
      sum(order.lines, (line) => discountOf(line, line.currentQuantity)) + order.shippingDiscountMinor,
    currentSubtotalMinor,
    currentTaxMinor,
    currentShippingMinor,
    currentTotalMinor,
    receivedMinor,
    refundedMinor,
    refundedShippingMinor,
    discrepancyMinor,
    outstandingMinor: currentTotalMinor - (receivedMinor - refundedMinor),
  };
}

/** The line's price for so many of its pieces, after its part of the discount. */
export function netOf(line: Line, quantity: number): number {
  return line.priceMinor * quantity - discountOf(line, quantity);
}

export function discountOf(line: Line, quantity: number): number {
  return line.quantity === 0 ? 0 : Math.floor((line.discountMinor * quantity) / line.quantity);
}

export function taxOf(line: Line, quantity: number): number {
  return line.quantity === 0 ? 0 : Math.floor((line.taxMinor * quantity) / line.quantity);
}

export function paidMinor(order: Order): number {
  return sum(order.transactions, (payment) =>
    payment.kind === 'sale' && payment.status === 'success' ? payment.amountMinor : 0,
  );
}

/** Who has paid or is to pay, each once. */
export function gatewaysOf(order: Order): string[] {
  return [...new Set(order.transactions.map(({ gateway }) => gateway ?? order.gateway))];
}

export type FinancialStatus = 'pending' | 'paid' | 'partially_paid' | 'partially_refunded' | 'refunded' | 'voided';

export function financialStatus(order: Order, totals = orderTotals(order)): FinancialStatus {
  if (totals.refundedMinor > 0) return totals.refundedMinor >= totals.receivedMinor ? 'refunded' : 'partially_refunded';
  if (totals.receivedMinor > 0) return totals.outstandingMinor > 0 ? 'partially_paid' : 'paid';
  if (order.cancelledAt !== null) return 'voided';
  return totals.totalMinor === 0 ? 'paid' : 'pending';
}

export function fulfillmentStatus(order: Order): 'fulfilled' | 'restocked' | null {
  if (order.fulfilledAt !== null) return 'fulfilled';
  return order.cancelledAt !== null ? 'restocked' : null;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += of(item);
  return total;
}
