import { discountStatus } from '../../commerce/discounts.ts';
import type { Discount, RedeemCode } from '../../state/entities.ts';
import { getShop, type ShopState } from '../../state/shop-state.ts';
import { findGidNumber, gid } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { byId, connect, countOf, sortedItems, type SortBy } from '../connection.ts';
import {
  moneyV2,
  notSimulated,
  properties,
  typed,
  type Context,
  type Resolvers,
  type TypeResolvers,
} from '../resolver.ts';
import { numberField, searchTest, textField, timeField, type SearchFields } from '../search.ts';
import { metafieldOf, metafieldsOf } from './metafield.ts';

const id = ({ id: own }: Discount) => own;
const SORTS: Record<string, SortBy<Discount>> = {
  ID: byId(),
  CREATED_AT: { name: 'CREATED_AT', value: ({ createdAt }) => createdAt, id },
  UPDATED_AT: { name: 'UPDATED_AT', value: ({ updatedAt }) => updatedAt, id },
  TITLE: { name: 'TITLE', value: ({ title }) => title.toLowerCase(), id },
};

const common: TypeResolvers<Discount> = {
  title: ({ title }) => title,
  status: (discount, _args, { world }) => discountStatus(discount, world.clock.now()).toUpperCase(),
  startsAt: ({ startsAt }) => utcTime(startsAt),
  endsAt: ({ endsAt }) => (endsAt === null ? null : utcTime(endsAt)),
  createdAt: ({ createdAt }) => utcTime(createdAt),
  updatedAt: ({ updatedAt }) => utcTime(updatedAt),
  usageLimit: ({ usageLimit }) => usageLimit,
  appliesOncePerCustomer: ({ oncePerCustomer }) => oncePerCustomer,
  asyncUsageCount: ({ usageCount }) => usageCount,
  combinesWith: ({ combinesWith }) => ({ ...combinesWith, productDiscountsWithTagsOnSameCartLine: null }),
  minimumRequirement: (discount, _args, { state }) => minimumOf(discount, getShop(state).currency),
  context: ({ customerIds }) =>
    customerIds.length > 0
      ? { __typename: 'DiscountCustomers', customerIds }
      : { __typename: 'DiscountBuyerSelectionAll', all: 'ALL' },
  summary: ({ title }) => title,
  shortSummary: ({ title }) => title,
  tags: ({ tags }) => tags,
  recurringCycleLimit: () => null,
  codesCount: (discount, _args, { state }) => countOf(codesOf(state, discount.id).length, {}),
  codes: (discount, args, { state }) => {
    const by: SortBy<RedeemCode> =
      args['sortKey'] === 'CODE' ? { name: 'CODE', value: (c) => c.code, id: (c) => c.id } : byId();
    const codes = codesOf(state, discount.id).filter(searchTest(args['query'], CODE_SEARCH, 'codes'));
    return connect(codes, args, by);
  },
};

const CODE_SEARCH: SearchFields<RedeemCode> = { id: numberField((c) => c.id), code: textField((c) => c.code) };

export const discountTypes: Resolvers = {
  QueryRoot: {
    codeDiscountNode: (_source, args, { state }) => findDiscount(state, String(args['id'])) ?? null,
    codeDiscountNodeByCode: (_source, args, { state }) => {
      const code = state.codes.find(String(args['code']).toLowerCase());
      return (code && state.discounts.find(code.discountId)) ?? null;
    },
    codeDiscountNodes: (_source, args, context) => {
      const sort = SORTS[args['sortKey'] as string];
      if (!sort) throw notSimulated(`codeDiscountNodes sort key ${String(args['sortKey'])}`);
      const test = searchTest(args['query'], searchFields(context), 'codeDiscountNodes');
      return connect(sortedItems(context.state.discounts, sort).filter(test), args, sort);
    },
  },
  DiscountCodeNode: typed<Discount>({
    id: (discount) => gid('DiscountCodeNode', discount.id),
    codeDiscount: (discount) => ({
      ...discount,
      __typename: discount.kind === 'basic' ? 'DiscountCodeBasic' : 'DiscountCodeFreeShipping',
    }),
    metafield: (discount, args, context) => metafieldOf(context, ownerOf(discount), args),
    metafields: (discount, args, context) => metafieldsOf(context, ownerOf(discount), args),
  }),
  DiscountCodeBasic: typed<Discount>({
    ...common,
    discountClass: () => 'ORDER',
    discountClasses: () => ['ORDER'],
    customerGets: (discount) => discount,
  }),
  DiscountCodeFreeShipping: typed<Discount>({
    ...common,
    discountClass: () => 'SHIPPING',
    discountClasses: () => ['SHIPPING'],
    appliesOnOneTimePurchase: () => true,
    appliesOnSubscription: () => false,
    maximumShippingPrice: () => null,
    destinationSelection: () => ({ __typename: 'DiscountCountryAll', allCountries: true }),
  }),
  DiscountCustomerGets: typed<Discount>({
    appliesOnOneTimePurchase: () => true,
    appliesOnSubscription: () => false,
    items: () => ({ __typename: 'AllDiscountItems', allItems: true }),
    value: (discount, _args, { state }) => valueOf(discount, getShop(state).currency),
  }),
  DiscountAmount: properties('amount', 'appliesOnEachItem'),
  DiscountPercentage: properties('percentage'),
  AllDiscountItems: properties('allItems'),
  DiscountCountryAll: properties('allCountries'),
  DiscountCombinesWith: properties(
    'orderDiscounts',
    'productDiscounts',
    'shippingDiscounts',
    'productDiscountsWithTagsOnSameCartLine',
  ),
  DiscountMinimumSubtotal: properties('greaterThanOrEqualToSubtotal'),
  DiscountMinimumQuantity: properties('greaterThanOrEqualToQuantity'),
  DiscountBuyerSelectionAll: properties('all'),
  DiscountCustomers: typed<{ customerIds: number[] }>({
    customers: ({ customerIds }, _args, { state }) =>
      customerIds.map((customerId) => state.customers.find(customerId)).filter((customer) => customer !== undefined),
  }),
  DiscountRedeemCode: typed<RedeemCode>({
    id: (code) => gid('DiscountRedeemCode', code.id),
    code: ({ code }) => code,
    asyncUsageCount: ({ usageCount }) => usageCount,
  }),
  DiscountUserError: properties('field', 'message', 'code', 'extraInfo'),
};

export function findDiscount(state: ShopState, gidText: string): Discount | undefined {
  const number = findGidNumber(gidText, 'DiscountCodeNode');
  return number === undefined ? undefined : state.discounts.find(number);
}

/** The codes of one discount, in order of their ids. */
export function codesOf(state: ShopState, discountId: number): RedeemCode[] {
  return sortedItems(state.codes, byId<RedeemCode>()).filter((code) => code.discountId === discountId);
}

function searchFields({ world }: Context): SearchFields<Discount> {
  return {
    id: numberField(id),
    title: textField(({ title }) => title),
    status: textField((discount) => discountStatus(discount, world.clock.now())),
    created_at: timeField(({ createdAt }) => createdAt),
    updated_at: timeField(({ updatedAt }) => updatedAt),
    ends_at: timeField(({ endsAt }) => endsAt ?? Infinity),
  };
}

function ownerOf(discount: Discount) {
  return { ownerType: 'DiscountCodeNode', ownerId: discount.id };
}

function valueOf({ value }: Discount, currency: string) {
  if (value?.type === 'percentage') return { __typename: 'DiscountPercentage', percentage: value.fraction };
  const amount = moneyV2(value?.amountMinor ?? 0, currency);
  return { __typename: 'DiscountAmount', amount, appliesOnEachItem: value?.onEachItem ?? false };
}

function minimumOf({ minimum }: Discount, currency: string) {
  if (!minimum) return null;
  if (minimum.type === 'subtotal') {
    return { __typename: 'DiscountMinimumSubtotal', greaterThanOrEqualToSubtotal: moneyV2(minimum.minor, currency) };
  }
  return { __typename: 'DiscountMinimumQuantity', greaterThanOrEqualToQuantity: String(minimum.quantity) };
}
