import { currencyExponent, isCurrency, parseMinor } from '@loyalnest/contracts/money';
import { z } from 'zod';
import type { OrderFacts, OrderLine, OrderSnapshot, Refund, RefundLine } from './order-snapshot.ts';

/**
 * The parts of Shopify's order and refund payloads (REST shape, as webhooks carry it) that the ledger reads, and no
 * others. https://shopify.dev/docs/api/admin-rest/latest/resources/order
 */
const shopifyId = z.number().int().positive();
const amount = z.union([z.string(), z.number().transform(String)]);
const money = z.looseObject({ shop_money: z.looseObject({ amount }) });

const taxLines = z.array(z.object({ price: amount })).default([]);

const lineItem = z.object({
  id: shopifyId,
  product_id: shopifyId.nullish(),
  quantity: z.number().int().min(0),
  current_quantity: z.number().int().min(0).optional(),
  price: amount,
  gift_card: z.boolean().default(false),
  discount_allocations: z.array(z.object({ amount })).default([]),
  tax_lines: taxLines,
});

const refundLine = z.object({
  line_item_id: shopifyId,
  quantity: z.number().int().min(0),
  subtotal: amount.default('0'),
  total_tax: amount.default('0'),
});

const orderAdjustment = z.object({ kind: z.string(), amount, tax_amount: amount.default('0') });
const transaction = z.object({
  kind: z.string(),
  status: z.string().default('success'),
  amount,
  currency: z.string().optional(),
});

export const shopifyRefundSchema = z.object({
  id: shopifyId,
  order_id: shopifyId,
  refund_line_items: z.array(refundLine).default([]),
  transactions: z.array(transaction).default([]),
  order_adjustments: z.array(orderAdjustment).default([]),
});

export const shopifyOrderSchema = z.object({
  id: shopifyId,
  name: z.string().default(''),
  created_at: z.iso.datetime({ offset: true }),
  updated_at: z.iso.datetime({ offset: true }),
  cancelled_at: z.iso.datetime({ offset: true }).nullish(),
  currency: z.string(),
  test: z.boolean().default(false),
  financial_status: z.string().nullish(),
  fulfillment_status: z.string().nullish(),
  taxes_included: z.boolean().default(false),
  total_price: amount,
  customer: z.object({ id: shopifyId }).nullish(),
  line_items: z.array(lineItem),
  shipping_lines: z
    .array(
      z.object({
        price: amount,
        discounted_price: amount.optional(),
        discounted_price_set: money.optional(),
        tax_lines: taxLines,
      }),
    )
    .default([]),
  discount_codes: z.array(z.object({ code: z.string() })).default([]),
  payment_gateway_names: z.array(z.string()).default([]),
  refunds: z.array(shopifyRefundSchema).default([]),
  /** Not in webhooks: what gift cards paid, where the Admin API was asked. */
  gift_card_transactions: z.array(z.object({ amount })).optional(),
});

export type ShopifyOrder = z.infer<typeof shopifyOrderSchema>;
export type ShopifyRefund = z.infer<typeof shopifyRefundSchema>;

/** Why a payload that parses still cannot be an order of ours. */
export class UnusableOrder extends Error {
  override readonly name = 'UnusableOrder';
  readonly reason: 'unknown-currency' | 'invalid-amount';

  constructor(reason: UnusableOrder['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

export function orderFacts(order: ShopifyOrder): OrderFacts {
  const read = amountReader(order.currency);
  const snapshot: OrderSnapshot = {
    name: order.name,
    createdAt: utc(order.created_at),
    updatedAt: utc(order.updated_at),
    customerId: order.customer?.id ?? null,
    wasGuest: order.customer == null,
    currency: order.currency,
    isTest: order.test,
    financialStatus: order.financial_status ?? 'pending',
    isFulfilled: order.fulfillment_status === 'fulfilled',
    cancelledAt: order.cancelled_at ? utc(order.cancelled_at) : null,
    taxesIncluded: order.taxes_included,
    totalMinor: read(order.total_price),
    lines: order.line_items.map((line) => orderLine(line, read)).sort((a, b) => a.id - b.id),
    shippingMinor: total(order.shipping_lines, (line) =>
      read(line.discounted_price_set?.shop_money.amount ?? line.discounted_price ?? line.price),
    ),
    shippingTaxMinor: total(order.shipping_lines, (line) => total(line.tax_lines, (tax) => read(tax.price))),
    codes: order.discount_codes.map(({ code }) => code.toUpperCase()),
    gateways: [...new Set(order.payment_gateway_names)].sort(),
    giftCardMinor: order.gift_card_transactions
      ? total(order.gift_card_transactions, (paid) => read(paid.amount))
      : null,
  };
  const refunds = Object.fromEntries(order.refunds.map((refund) => [refund.id, refundFact(refund, order.currency)]));
  return { snapshot, refunds, cancelledAt: snapshot.cancelledAt };
}

/** A refund as a fact. Its amounts are in the order's currency, which the refund itself does not always name. */
export function refundFact(refund: ShopifyRefund, currency: string): Refund {
  const read = amountReader(currency);
  const shipping = refund.order_adjustments.filter((adjustment) => adjustment.kind === 'shipping_refund');
  const paid = refund.transactions.filter(
    ({ kind, status }) => kind === 'refund' && (status === 'success' || status === 'pending'),
  );
  return {
    id: refund.id,
    lines: refund.refund_line_items.map((line): RefundLine => ({
      lineId: line.line_item_id,
      quantity: line.quantity,
      subtotalMinor: read(line.subtotal),
      taxMinor: read(line.total_tax),
    })),
    shippingMinor: total(
      shipping,
      (adjustment) => Math.abs(read(adjustment.amount)) + Math.abs(read(adjustment.tax_amount)),
    ),
    totalMinor: total(paid, (transaction) => read(transaction.amount)),
  };
}

function orderLine(line: ShopifyOrder['line_items'][number], read: (text: string) => number): OrderLine {
  return {
    id: line.id,
    productId: line.product_id ?? null,
    quantity: line.quantity,
    currentQuantity: line.current_quantity ?? line.quantity,
    priceMinor: read(line.price),
    discountMinor: total(line.discount_allocations, (allocation) => read(allocation.amount)),
    taxMinor: total(line.tax_lines, (tax) => read(tax.price)),
    isGiftCard: line.gift_card,
  };
}

function amountReader(currency: string): (text: string) => number {
  if (!isCurrency(currency)) throw new UnusableOrder('unknown-currency', `${currency.slice(0, 8)} is no currency`);
  const exponent = currencyExponent(currency);
  return (text) => {
    const minor = parseMinor(text, exponent);
    if (minor === undefined) throw new UnusableOrder('invalid-amount', `not an amount of ${currency}`);
    return minor;
  };
}

function total<T>(items: readonly T[], minor: (item: T) => number): number {
  return items.reduce((sum, item) => sum + minor(item), 0);
}

function utc(text: string): string {
  return new Date(text).toISOString();
}
