import type { BulkCreation, RedeemCode } from '../../state/entities.ts';
import type { ShopState } from '../../state/shop-state.ts';
import { findGidNumber, gid } from '../../time/ids.ts';
import { utcTime, wholeSecond } from '../../time/shop-time.ts';
import type { World } from '../../world.ts';
import { connect } from '../connection.ts';
import { notSimulated, properties, typed, userError, type Args, type Context, type Resolvers } from '../resolver.ts';
import { codesOf, findDiscount } from './discount.ts';

/** Shopify adds codes in the background; a client has to ask until it is done. */
const BULK_TAKES_MS = 200;
const CODE_LENGTH_MAX = 255;

type BulkCode = BulkCreation['codes'][number] & { index: number };

export const redeemCodeTypes: Resolvers = {
  QueryRoot: {
    discountRedeemCodeBulkCreation: (_source, args, { state }) =>
      state.bulkCreations.find(findGidNumber(String(args['id']), 'DiscountRedeemCodeBulkCreation') ?? 0) ?? null,
    job: (_source, args) => ({ id: args['id'], done: true }),
  },
  Mutation: { discountRedeemCodeBulkAdd: bulkAdd, discountCodeRedeemCodeBulkDelete: bulkDelete },
  DiscountRedeemCodeBulkAddPayload: properties('bulkCreation', 'userErrors'),
  DiscountCodeRedeemCodeBulkDeletePayload: properties('job', 'userErrors'),
  Job: properties('id', 'done'),
  DiscountRedeemCodeBulkCreation: typed<BulkCreation>({
    id: ({ id }) => gid('DiscountRedeemCodeBulkCreation', id),
    createdAt: ({ createdAt }) => utcTime(createdAt),
    done: ({ done }) => done,
    codesCount: ({ codes }) => codes.length,
    importedCount: ({ codes }) => codes.filter(({ redeemCodeId }) => redeemCodeId !== null).length,
    failedCount: ({ codes }) => codes.filter(({ error }) => error !== null).length,
    discountCode: ({ discountId }, _args, { state }) => state.discounts.find(discountId) ?? null,
    codes: ({ codes }, args) => {
      const indexed = codes.map((code, index): BulkCode => ({ ...code, index }));
      return connect(indexed, args, { name: 'INDEX', value: ({ index }) => index, id: ({ index }) => index });
    },
  }),
  DiscountRedeemCodeBulkCreationCode: typed<BulkCode>({
    code: ({ code }) => code,
    discountRedeemCode: ({ code, redeemCodeId }, _args, { state }) =>
      redeemCodeId === null ? null : (state.codes.find(code.toLowerCase()) ?? null),
    errors: ({ error }) => (error ? [userError(['code'], error.message, error.code)] : []),
  }),
};

/** Why Shopify would not take this code, or undefined. Codes are unique in the shop and ignore case. */
export function codeError(state: ShopState, code: string): { code: string; message: string } | undefined {
  if (code.trim() === '') return { code: 'BLANK', message: "Code can't be blank" };
  if (code.length > CODE_LENGTH_MAX) {
    return { code: 'TOO_LONG', message: `Code is too long (maximum is ${CODE_LENGTH_MAX} characters)` };
  }
  if (state.codes.has(code.toLowerCase())) {
    return { code: 'TAKEN', message: 'Code must be unique. Please try a different code.' };
  }
  return undefined;
}

export function addCode(world: World, state: ShopState, discountId: number, code: string): RedeemCode {
  const id = world.store.nextId();
  return state.codes.set(code.toLowerCase(), { id, discountId, code, usageCount: 0, usedBy: [] });
}

function bulkAdd(_source: unknown, args: Args, { world, state }: Context) {
  const discount = findDiscount(state, String(args['discountId']));
  const wanted = (args['codes'] as { code: string }[]).map(({ code }) => code);
  if (!discount) {
    const error = userError(['discountId'], 'Code discount does not exist.', 'INVALID');
    return { bulkCreation: null, userErrors: [error] };
  }
  if (wanted.length === 0) {
    return { bulkCreation: null, userErrors: [userError(['codes'], "Codes can't be blank", 'BLANK')] };
  }
  const id = world.store.nextId();
  const bulkCreation = state.bulkCreations.set(id, {
    id,
    discountId: discount.id,
    createdAt: wholeSecond(world.clock.now()),
    done: false,
    codes: wanted.map((code) => ({ code, redeemCodeId: null, error: null })),
  });
  world.clock.at(world.clock.now() + BULK_TAKES_MS, () => finishBulk(world, state, bulkCreation));
  return { bulkCreation, userErrors: [] };
}

function finishBulk(world: World, state: ShopState, bulk: BulkCreation): void {
  const codes = bulk.codes.map(({ code }) => {
    const error = codeError(state, code);
    if (error) return { code, redeemCodeId: null, error };
    return { code, redeemCodeId: addCode(world, state, bulk.discountId, code).id, error: null };
  });
  state.bulkCreations.set(bulk.id, { ...bulk, codes, done: true });
}

function bulkDelete(_source: unknown, args: Args, { world, state }: Context) {
  if (args['search'] || args['savedSearchId']) throw notSimulated('discountCodeRedeemCodeBulkDelete by search');
  const discount = findDiscount(state, String(args['discountId']));
  if (!discount) {
    return { job: null, userErrors: [userError(['discountId'], 'Code discount does not exist.', 'INVALID')] };
  }
  if (!args['ids']) {
    const message = "Missing expected argument key: 'ids', 'search' or 'saved_search_id'.";
    return { job: null, userErrors: [userError(null, message, 'MISSING_ARGUMENT')] };
  }
  const ids = new Set((args['ids'] as string[]).map((id) => findGidNumber(id, 'DiscountRedeemCode')));
  world.clock.at(world.clock.now() + BULK_TAKES_MS, () => {
    for (const { id, code } of codesOf(state, discount.id)) if (ids.has(id)) state.codes.delete(code.toLowerCase());
  });
  return { job: { id: gid('Job', world.random.uuid()), done: false }, userErrors: [] };
}
