import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addCode, codeError } from '../admin/types/redeem-code.ts';
import { codesOf } from '../admin/types/discount.ts';
import { applyCode, discountStatus } from '../commerce/discounts.ts';
import { ControlError, parseBody } from '../http/problem.ts';
import type { Discount } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import { gid } from '../time/ids.ts';
import { wholeSecond } from '../time/shop-time.ts';
import type { World } from '../world.ts';
import { lineBody, money, readLine, readMinor } from './checkout-body.ts';
import { getState } from './scope.ts';

const newDiscount = z.strictObject({
  code: z.string().min(1),
  title: z.string().min(1).optional(),
  amount: money.optional(),
  percentage: z.number().gt(0).max(100).optional(),
  freeShipping: z.boolean().default(false),
  usageLimit: z.number().int().min(1).nullable().default(null),
  oncePerCustomer: z.boolean().default(false),
  minimumSubtotal: money.optional(),
  startsAt: z.iso.datetime().optional(),
  endsAt: z.iso.datetime().optional(),
});
const check = z.strictObject({
  code: z.string(),
  customerId: z.number().int().nullable().default(null),
  lines: z.array(lineBody).min(1),
  shipping: money.default('0'),
});

/** What the merchant does with discounts in the admin, and a trial of a code at the checkout. */
export function registerDiscounts(scope: FastifyInstance, world: World): void {
  scope.get('/shops/:shop/discounts', (request) => {
    const state = getState(world, request);
    return { discounts: [...state.discounts.values()].map((discount) => view(world, state, discount)) };
  });
  scope.post('/shops/:shop/discounts', (request, reply) => {
    const state = getState(world, request);
    const body = parseBody(newDiscount, request.body);
    const error = codeError(state, body.code);
    if (error) throw new ControlError(422, `code: ${error.message}`);
    const discount = create(world, state, body);
    addCode(world, state, discount.id, body.code);
    void reply.code(201);
    return view(world, state, discount);
  });
  scope.post('/shops/:shop/discounts/check', (request) => {
    const state = getState(world, request);
    const { code, customerId, lines, shipping } = parseBody(check, request.body);
    const { currency } = getShop(state);
    const cart = {
      lines: lines.map((line) => readLine(state, line, currency)),
      shippingMinor: readMinor(shipping, currency, 'shipping'),
      customerId,
    };
    const result = applyCode(state, code, cart, world.clock.now());
    if (result.outcome === 'refused') return { applied: false, reason: result.reason };
    const lineMinor = result.lineMinors.reduce((sum, minor) => sum + minor, 0);
    return { applied: true, lineDiscountMinor: lineMinor, shippingDiscountMinor: result.shippingMinor };
  });
}

function create(world: World, state: ShopState, body: z.infer<typeof newDiscount>): Discount {
  const { currency } = getShop(state);
  const kinds = [body.amount !== undefined, body.percentage !== undefined, body.freeShipping].filter(Boolean).length;
  if (kinds !== 1) throw new ControlError(400, 'give one of amount, percentage and freeShipping');
  const now = wholeSecond(world.clock.now());
  const id = world.store.nextId();
  return state.discounts.set(id, {
    id,
    kind: body.freeShipping ? 'free_shipping' : 'basic',
    title: body.title ?? body.code,
    value: valueOf(body, currency),
    startsAt: body.startsAt ? Date.parse(body.startsAt) : now,
    endsAt: body.endsAt ? Date.parse(body.endsAt) : null,
    usageLimit: body.usageLimit,
    oncePerCustomer: body.oncePerCustomer,
    minimum:
      body.minimumSubtotal === undefined
        ? null
        : { type: 'subtotal', minor: readMinor(body.minimumSubtotal, currency, 'minimumSubtotal') },
    combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false },
    customerIds: [],
    tags: [],
    usageCount: 0,
    createdAt: now,
    updatedAt: now,
  });
}

function valueOf({ amount, percentage }: z.infer<typeof newDiscount>, currency: string): Discount['value'] {
  if (percentage !== undefined) return { type: 'percentage', fraction: percentage / 100 };
  if (amount === undefined) return null;
  return { type: 'amount', amountMinor: readMinor(amount, currency, 'amount'), onEachItem: false };
}

function view(world: World, state: ShopState, discount: Discount) {
  const codes = codesOf(state, discount.id);
  return {
    id: gid('DiscountCodeNode', discount.id),
    title: discount.title,
    kind: discount.kind,
    status: discountStatus(discount, world.clock.now()),
    usageCount: discount.usageCount,
    codes: codes.slice(0, 100).map(({ code, usageCount }) => ({ code, usageCount })),
    codesCount: codes.length,
  };
}
