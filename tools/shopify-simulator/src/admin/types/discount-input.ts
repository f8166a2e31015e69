import { parseDecimal } from '../../commerce/money.ts';
import type { Discount } from '../../state/entities.ts';
import { findGidNumber } from '../../time/ids.ts';
import { notSimulated, userError } from '../resolver.ts';

export type DiscountInput = {
  title?: string;
  code?: string;
  startsAt?: string;
  endsAt?: string | null;
  usageLimit?: number | null;
  appliesOncePerCustomer?: boolean;
  combinesWith?: { orderDiscounts?: boolean; productDiscounts?: boolean; shippingDiscounts?: boolean };
  minimumRequirement?: {
    subtotal?: { greaterThanOrEqualToSubtotal?: string };
    quantity?: { greaterThanOrEqualToQuantity?: string };
  };
  customerGets?: {
    items?: { all?: boolean };
    value?: { percentage?: number; discountAmount?: { amount?: string; appliesOnEachItem?: boolean } };
  };
  context?: Selection;
  customerSelection?: Selection;
  destination?: { all?: boolean };
  tags?: string[];
} & Record<string, unknown>;

type Selection = { all?: unknown; customers?: { add?: string[]; remove?: string[] } } & Record<string, unknown>;
type About = { kind: Discount['kind']; argument: string; currency: string; old: Discount | undefined };
type Facts = Omit<Discount, 'id' | 'usageCount' | 'createdAt' | 'updatedAt'>;
type Errors = ReturnType<typeof userError>[];

/** What Shopify offers beyond this is refused by name; it must not seem to work. */
const SIMULATED = new Set([
  'title',
  'code',
  'startsAt',
  'endsAt',
  'usageLimit',
  'appliesOncePerCustomer',
  'combinesWith',
  'minimumRequirement',
  'customerGets',
  'context',
  'customerSelection',
  'destination',
  'tags',
  'appliesOnOneTimePurchase',
]);

/** The discount that the input describes, over the old one's values if there is one, and what Shopify objects to. */
export function readDiscountInput(input: DiscountInput, about: About): { discount: Facts; errors: Errors } {
  const { kind, argument, old, currency } = about;
  for (const name of Object.keys(input)) if (!SIMULATED.has(name)) throw notSimulated(`${argument}.${name}`);
  const errors: Errors = [];
  const fail = (path: string[], message: string, code: string) =>
    errors.push(userError([argument, ...path], message, code));

  const title = input.title ?? old?.title ?? '';
  if (title.trim() === '') fail(['title'], "Title can't be blank", 'BLANK');
  const startsAt = input.startsAt === undefined ? old?.startsAt : Date.parse(input.startsAt);
  if (startsAt === undefined) fail(['startsAt'], "Starts at can't be blank", 'BLANK');
  const endsAt =
    input.endsAt === undefined ? (old?.endsAt ?? null) : input.endsAt === null ? null : Date.parse(input.endsAt);
  if (endsAt !== null && startsAt !== undefined && endsAt <= startsAt) {
    fail(['endsAt'], 'Ends at needs to be after starts_at', 'END_DATE_BEFORE_START_DATE');
  }
  const usageLimit = input.usageLimit === undefined ? (old?.usageLimit ?? null) : input.usageLimit;
  if (usageLimit !== null && usageLimit <= 0) {
    fail(['usageLimit'], 'Usage limit must be greater than 0', 'GREATER_THAN');
  }
  const { subtotal, quantity } = input.minimumRequirement ?? {};
  if (subtotal && quantity) {
    const message = 'Minimum subtotal and minimum quantity cannot both be present';
    fail(['minimumRequirement'], message, 'MINIMUM_SUBTOTAL_AND_QUANTITY_RANGE_BOTH_PRESENT');
  }

  return {
    errors,
    discount: {
      kind,
      title,
      startsAt: startsAt ?? 0,
      endsAt,
      usageLimit,
      value: kind === 'basic' ? readValue(input, about, fail) : null,
      oncePerCustomer: input.appliesOncePerCustomer ?? old?.oncePerCustomer ?? false,
      minimum: input.minimumRequirement === undefined ? (old?.minimum ?? null) : readMinimum(input, currency),
      combinesWith: {
        orderDiscounts: input.combinesWith?.orderDiscounts ?? old?.combinesWith.orderDiscounts ?? false,
        productDiscounts: input.combinesWith?.productDiscounts ?? old?.combinesWith.productDiscounts ?? false,
        shippingDiscounts: input.combinesWith?.shippingDiscounts ?? old?.combinesWith.shippingDiscounts ?? false,
      },
      customerIds: readCustomers(input.context ?? input.customerSelection, old, argument),
      tags: input.tags ?? old?.tags ?? [],
    },
  };
}

type Fail = (path: string[], message: string, code: string) => void;

function readValue({ customerGets }: DiscountInput, { currency, old, argument }: About, fail: Fail): Discount['value'] {
  if (!customerGets?.value) {
    if (!old) fail(['customerGets'], "Customer gets can't be blank", 'BLANK');
    return old?.value ?? null;
  }
  const { items, value } = customerGets;
  if (items && !items.all) throw notSimulated(`${argument}.customerGets.items other than all`);
  if (!items && !old) fail(['customerGets', 'items'], "Items in 'customer get' must be set", 'BLANK');
  const { percentage, discountAmount } = value;
  if ('discountOnQuantity' in value) throw notSimulated(`${argument}.customerGets.value.discountOnQuantity`);
  if (percentage !== undefined && discountAmount) {
    fail(['customerGets', 'value'], 'Only one value can be present', 'TOO_MANY_ARGUMENTS');
  }
  if (percentage !== undefined) {
    if (percentage > 0 && percentage <= 1) return { type: 'percentage', fraction: percentage };
    fail(['customerGets', 'value', 'percentage'], 'Value must be between 0.0 and 1.0', 'VALUE_OUTSIDE_RANGE');
    return null;
  }
  const amountMinor = parseDecimal(discountAmount?.amount ?? '', currency);
  if (amountMinor === undefined || amountMinor <= 0) {
    fail(['customerGets', 'value', 'discountAmount', 'amount'], 'Value must be greater than 0', 'GREATER_THAN');
    return null;
  }
  return { type: 'amount', amountMinor, onEachItem: discountAmount?.appliesOnEachItem ?? true };
}

function readMinimum({ minimumRequirement }: DiscountInput, currency: string): Discount['minimum'] {
  const minor = parseDecimal(minimumRequirement?.subtotal?.greaterThanOrEqualToSubtotal ?? '', currency);
  if (minor !== undefined) return { type: 'subtotal', minor };
  const quantity = Number(minimumRequirement?.quantity?.greaterThanOrEqualToQuantity ?? 0);
  return quantity > 0 ? { type: 'quantity', quantity } : null;
}

function readCustomers(selection: Selection | undefined, old: Discount | undefined, argument: string): number[] {
  if (!selection) return old?.customerIds ?? [];
  for (const name of ['customerSegments', 'markets']) {
    if (selection[name]) throw notSimulated(`${argument}.context.${name}`);
  }
  if (selection.all) return [];
  const numbers = (gids: string[] = []) => gids.map((gid) => findGidNumber(gid, 'Customer') ?? 0);
  const removed = new Set(numbers(selection.customers?.remove));
  return [...new Set([...(old?.customerIds ?? []), ...numbers(selection.customers?.add)])].filter(
    (id) => !removed.has(id),
  );
}
