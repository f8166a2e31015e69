import { z } from 'zod';
import { findCustomerByEmail } from '../commerce/customers.ts';
import { parseDecimal } from '../commerce/money.ts';
import type { Checkout, NewLine } from '../commerce/orders.ts';
import { ControlError } from '../http/problem.ts';
import type { Customer } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';

/** `"12.50"` or `12.5`; read exactly, and refused with more digits than the currency has. */
export const money = z.union([z.string(), z.number()]).transform(String);

/** A product of the shop, or anything with a title and a price. */
export const lineBody = z.strictObject({
  productId: z.number().int().optional(),
  title: z.string().min(1).optional(),
  price: money.optional(),
  quantity: z.number().int().min(1).max(1_000_000).default(1),
  giftCard: z.boolean().optional(),
});

export const checkoutBody = z.strictObject({
  customerId: z.number().int().optional(),
  /** A guest's; a customer with this address is recognised unless `guest` is set. */
  email: z.email().optional(),
  guest: z.boolean().default(false),
  lines: z.array(lineBody).max(500).default([]),
  /** Instead of lines: one line of this price. */
  amount: money.optional(),
  shipping: money.default('0'),
  taxRate: z.number().min(0).max(1).default(0),
  taxesIncluded: z.boolean().optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  discountCode: z.string().min(1).optional(),
  test: z.boolean().default(false),
  paid: z.boolean().default(true),
  gateway: z.string().min(1).default('shopify_payments'),
  /** Of the amount, what a gift card pays. */
  giftCard: money.default('0'),
  sourceName: z.string().min(1).default('web'),
  tags: z.array(z.string()).default([]),
  note: z.string().nullable().default(null),
});

type CheckoutBody = z.infer<typeof checkoutBody>;
type LineBody = z.infer<typeof lineBody>;

export function readCheckout(state: ShopState, body: CheckoutBody): Checkout {
  const shop = getShop(state);
  const currency = body.currency ?? shop.currency;
  const customer = findBuyer(state, body);
  const lines = body.lines.map((line) => readLine(state, line, currency));
  if (body.amount !== undefined)
    lines.push(readLine(state, { title: 'Order', price: body.amount, quantity: 1 }, currency));
  if (lines.length === 0) throw new ControlError(400, 'lines: an order needs lines or an amount');
  const { test, paid, gateway, sourceName, tags, note, discountCode: code } = body;
  return {
    customer,
    email: body.email ?? customer?.email ?? null,
    lines,
    shippingMinor: readMinor(body.shipping, currency, 'shipping'),
    taxRate: Math.round(body.taxRate * 10_000),
    taxesIncluded: body.taxesIncluded ?? shop.taxesIncluded,
    currency,
    code,
    test,
    paid,
    gateway,
    giftCardMinor: readMinor(body.giftCard, currency, 'giftCard'),
    sourceName,
    tags,
    note,
  };
}

export function readLine(state: ShopState, line: LineBody, currency: string): NewLine {
  const product = line.productId === undefined ? undefined : state.products.find(line.productId);
  if (line.productId !== undefined && !product) throw new ControlError(404, `there is no product ${line.productId}`);
  if (!product && line.price === undefined) throw new ControlError(400, 'lines: a line needs a productId or a price');
  return {
    productId: product?.id ?? null,
    title: line.title ?? product?.title ?? 'Item',
    sku: product?.sku ?? '',
    vendor: product?.vendor ?? getShop(state).name,
    priceMinor: line.price === undefined ? (product?.priceMinor ?? 0) : readMinor(line.price, currency, 'price'),
    quantity: line.quantity,
    giftCard: line.giftCard ?? product?.giftCard ?? false,
  };
}

export function readMinor(text: string, currency: string, name: string): number {
  const minor = parseDecimal(text, currency);
  if (minor === undefined || minor < 0) throw new ControlError(400, `${name}: ${text} is no amount in ${currency}`);
  return minor;
}

function findBuyer(state: ShopState, { customerId, email, guest }: CheckoutBody): Customer | undefined {
  if (customerId === undefined) return email && !guest ? findCustomerByEmail(state, email) : undefined;
  const customer = state.customers.find(customerId);
  if (!customer) throw new ControlError(404, `there is no customer ${customerId}`);
  return customer;
}
