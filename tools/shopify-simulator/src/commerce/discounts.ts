import type { Discount, OrderDiscount, RedeemCode } from '../state/entities.ts';
import type { ShopState } from '../state/shop-state.ts';
import { allocate } from './money.ts';

export function discountStatus(discount: Discount, nowMs: number): 'scheduled' | 'active' | 'expired' {
  if (discount.startsAt > nowMs) return 'scheduled';
  return discount.endsAt !== null && discount.endsAt <= nowMs ? 'expired' : 'active';
}

export type CartLine = { priceMinor: number; quantity: number; giftCard: boolean };
export type Cart = {
  lines: readonly CartLine[];
  shippingMinor: number;
  customerId: number | null;
};

export type CodeResult =
  | { outcome: 'applied'; code: RedeemCode; discount: OrderDiscount; lineMinors: number[]; shippingMinor: number }
  | { outcome: 'refused'; reason: string };

/** What a code does to a cart at the checkout, or why the checkout refuses it. Gift cards are never discounted. */
export function applyCode(state: ShopState, text: string, cart: Cart, nowMs: number): CodeResult {
  const code = state.codes.find(text.trim().toLowerCase());
  const discount = code && state.discounts.find(code.discountId);
  if (!code || !discount) return refused('Enter a valid discount code');
  const reason = refusalOf(discount, code, cart, nowMs);
  if (reason) return refused(reason);

  const nodeId = discount.id;
  if (discount.kind === 'free_shipping') {
    const lineMinors = cart.lines.map(() => 0);
    const applied: OrderDiscount = { code: code.code, nodeId, kind: 'free_shipping', value: 0 };
    return { outcome: 'applied', code, discount: applied, lineMinors, shippingMinor: cart.shippingMinor };
  }
  const weights = cart.lines.map((line) => (line.giftCard ? 0 : line.priceMinor * line.quantity));
  const base = weights.reduce((all, weight) => all + weight, 0);
  const { value } = discount;
  if (value?.type === 'percentage') {
    const total = Math.round(base * value.fraction);
    const applied: OrderDiscount = {
      code: code.code,
      nodeId,
      kind: 'percentage',
      value: Math.round(value.fraction * 10_000),
    };
    return { outcome: 'applied', code, discount: applied, lineMinors: allocate(total, weights), shippingMinor: 0 };
  }
  const amountMinor = value?.amountMinor ?? 0;
  const lineMinors = value?.onEachItem
    ? cart.lines.map((line, index) => Math.min(amountMinor * line.quantity, weights[index] ?? 0))
    : allocate(Math.min(amountMinor, base), weights);
  const applied: OrderDiscount = { code: code.code, nodeId, kind: 'fixed_amount', value: amountMinor };
  return { outcome: 'applied', code, discount: applied, lineMinors, shippingMinor: 0 };
}

/** Counts a use of the code; its limit is per code. */
export function countUse(state: ShopState, code: RedeemCode, customerId: number | null): void {
  const usedBy = customerId === null ? code.usedBy : [...code.usedBy, customerId];
  state.codes.set(code.code.toLowerCase(), { ...code, usageCount: code.usageCount + 1, usedBy });
  const discount = state.discounts.find(code.discountId);
  if (discount) state.discounts.set(discount.id, { ...discount, usageCount: discount.usageCount + 1 });
}

function refusalOf(discount: Discount, code: RedeemCode, cart: Cart, nowMs: number): string | undefined {
  const status = discountStatus(discount, nowMs);
  if (status === 'scheduled') return 'This discount code is not active yet';
  if (status === 'expired') return 'This discount code has expired';
  if (discount.usageLimit !== null && code.usageCount >= discount.usageLimit) {
    return 'This discount code has reached its usage limit';
  }
  const customer = cart.customerId;
  if (discount.customerIds.length > 0 && (customer === null || !discount.customerIds.includes(customer))) {
    return "This discount code isn't available to you right now";
  }
  if (discount.oncePerCustomer && customer !== null && code.usedBy.includes(customer)) {
    return 'You have already used this discount code';
  }
  return missesMinimum(discount, cart) ? "Your order doesn't meet the minimum for this discount code" : undefined;
}

function missesMinimum({ minimum }: Discount, cart: Cart): boolean {
  if (!minimum) return false;
  const sum = (of: (line: CartLine) => number) => cart.lines.reduce((all, line) => all + of(line), 0);
  if (minimum.type === 'quantity') return sum(({ quantity }) => quantity) < minimum.quantity;
  return sum(({ priceMinor, quantity }) => priceMinor * quantity) < minimum.minor;
}

function refused(reason: string): CodeResult {
  return { outcome: 'refused', reason };
}
