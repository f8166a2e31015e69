import type { Discount } from '../../state/entities.ts';
import { getShop } from '../../state/shop-state.ts';
import { wholeSecond } from '../../time/shop-time.ts';
import { properties, userError, type Args, type Context, type Resolvers } from '../resolver.ts';
import { codesOf, findDiscount } from './discount.ts';
import { readDiscountInput, type DiscountInput } from './discount-input.ts';
import { addCode, codeError } from './redeem-code.ts';

export const discountMutations: Resolvers = {
  Mutation: {
    discountCodeBasicCreate: (_source, args, context) => create(context, args, 'basic'),
    discountCodeBasicUpdate: (_source, args, context) => update(context, args, 'basic'),
    discountCodeFreeShippingCreate: (_source, args, context) => create(context, args, 'free_shipping'),
    discountCodeFreeShippingUpdate: (_source, args, context) => update(context, args, 'free_shipping'),
    discountCodeActivate: (_source, args, context) => activate(context, args),
    discountCodeDeactivate: (_source, args, context) => deactivate(context, args),
    discountCodeDelete: (_source, args, context) => remove(context, args),
  },
  DiscountCodeBasicCreatePayload: properties('codeDiscountNode', 'userErrors'),
  DiscountCodeBasicUpdatePayload: properties('codeDiscountNode', 'userErrors'),
  DiscountCodeFreeShippingCreatePayload: properties('codeDiscountNode', 'userErrors'),
  DiscountCodeFreeShippingUpdatePayload: properties('codeDiscountNode', 'userErrors'),
  DiscountCodeActivatePayload: properties('codeDiscountNode', 'userErrors'),
  DiscountCodeDeactivatePayload: properties('codeDiscountNode', 'userErrors'),
  DiscountCodeDeletePayload: properties('deletedCodeDiscountId', 'userErrors'),
};

const ARGUMENTS = { basic: 'basicCodeDiscount', free_shipping: 'freeShippingCodeDiscount' } as const;

function create(context: Context, args: Args, kind: Discount['kind']) {
  const { world, state } = context;
  const argument = ARGUMENTS[kind];
  const input = args[argument] as DiscountInput;
  const now = wholeSecond(world.clock.now());
  const read = readDiscountInput(input, { kind, argument, currency: getShop(state).currency, old: undefined });
  const errors = [...read.errors];
  const wrongCode = codeError(state, input.code ?? '');
  if (wrongCode) errors.push(userError([argument, 'code'], wrongCode.message, wrongCode.code));
  if (errors.length > 0) return { codeDiscountNode: null, userErrors: errors };

  const id = world.store.nextId();
  const discount: Discount = { ...read.discount, id, usageCount: 0, createdAt: now, updatedAt: now };
  state.discounts.set(id, discount);
  addCode(world, state, id, input.code ?? '');
  return { codeDiscountNode: discount, userErrors: [] };
}

function update(context: Context, args: Args, kind: Discount['kind']) {
  const { world, state } = context;
  const argument = ARGUMENTS[kind];
  const input = args[argument] as DiscountInput;
  const old = findDiscount(state, String(args['id']));
  if (!old || old.kind !== kind) return { codeDiscountNode: null, userErrors: [doesNotExist()] };
  const read = readDiscountInput(input, { kind, argument, currency: getShop(state).currency, old });
  const errors = [...read.errors];
  const first = codesOf(state, old.id)[0];
  const renamed = input.code !== undefined && input.code.toLowerCase() !== first?.code.toLowerCase();
  const wrongCode = renamed ? codeError(state, input.code ?? '') : undefined;
  if (wrongCode) errors.push(userError([argument, 'code'], wrongCode.message, wrongCode.code));
  if (errors.length > 0) return { codeDiscountNode: null, userErrors: errors };

  if (renamed && first) {
    state.codes.delete(first.code.toLowerCase());
    state.codes.set((input.code ?? '').toLowerCase(), { ...first, code: input.code ?? '' });
  }
  const updatedAt = wholeSecond(world.clock.now());
  const discount = state.discounts.set(old.id, { ...old, ...read.discount, updatedAt });
  return { codeDiscountNode: discount, userErrors: [] };
}

function activate({ world, state }: Context, args: Args) {
  const old = findDiscount(state, String(args['id']));
  if (!old) return { codeDiscountNode: null, userErrors: [doesNotExist()] };
  const now = wholeSecond(world.clock.now());
  const startsAt = Math.min(old.startsAt, now);
  return {
    codeDiscountNode: state.discounts.set(old.id, { ...old, startsAt, endsAt: null, updatedAt: now }),
    userErrors: [],
  };
}

function deactivate({ world, state }: Context, args: Args) {
  const old = findDiscount(state, String(args['id']));
  if (!old) return { codeDiscountNode: null, userErrors: [doesNotExist()] };
  const now = wholeSecond(world.clock.now());
  const endsAt = Math.min(old.endsAt ?? now, now);
  return { codeDiscountNode: state.discounts.set(old.id, { ...old, endsAt, updatedAt: now }), userErrors: [] };
}

function remove({ state }: Context, args: Args) {
  const id = String(args['id']);
  const old = findDiscount(state, id);
  if (!old) return { deletedCodeDiscountId: null, userErrors: [doesNotExist()] };
  for (const { code } of codesOf(state, old.id)) state.codes.delete(code.toLowerCase());
  state.discounts.delete(old.id);
  return { deletedCodeDiscountId: id, userErrors: [] };
}

function doesNotExist() {
  return userError(['id'], 'Code discount does not exist.', 'INVALID');
}
