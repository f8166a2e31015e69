import { financialStatus, orderTotals } from '../../commerce/totals.ts';
import { changeCustomer } from '../../commerce/customers.ts';
import type { Customer, StoreCredit } from '../../state/entities.ts';
import { getShop, ordersOf, type ShopState } from '../../state/shop-state.ts';
import { findGidNumber, gid } from '../../time/ids.ts';
import { utcTime } from '../../time/shop-time.ts';
import { addressPayload, customerName } from '../../webhooks/payload/customer.ts';
import { byId, connect, countOf, sortedItems, type SortBy } from '../connection.ts';
import {
  moneyV2,
  notSimulated,
  properties,
  typed,
  userError,
  type Args,
  type Context,
  type Resolvers,
} from '../resolver.ts';
import { listField, numberField, searchTest, textField, timeField, type SearchFields } from '../search.ts';
import { metafieldOf, metafieldsOf } from './metafield.ts';
import { ORDER_SEARCH, orderSort, visibleOrders } from './order-queries.ts';

const SORTS: Record<string, SortBy<Customer>> = {
  ID: byId(),
  CREATED_AT: { name: 'CREATED_AT', value: ({ createdAt }) => createdAt, id: ({ id }) => id },
  UPDATED_AT: { name: 'UPDATED_AT', value: ({ updatedAt }) => updatedAt, id: ({ id }) => id },
};

const SEARCH: SearchFields<Customer> = {
  id: numberField(({ id }) => id),
  email: textField(({ email }) => email),
  phone: textField(({ phone }) => phone),
  first_name: textField(({ firstName }) => firstName),
  last_name: textField(({ lastName }) => lastName),
  tag: listField(({ tags }) => tags),
  created_at: timeField(({ createdAt }) => createdAt),
  updated_at: timeField(({ updatedAt }) => updatedAt),
};

export const customerTypes: Resolvers = {
  QueryRoot: {
    customer: (_source, args, { state }) => findCustomer(state, args['id']) ?? null,
    customers: (_source, args, { state }) => {
      const sort = SORTS[args['sortKey'] as string];
      if (!sort) throw notSimulated(`customers sort key ${String(args['sortKey'])}`);
      const test = searchTest(args['query'], SEARCH, 'customers');
      const items = sortedItems(state.customers, sort);
      return connect(args['query'] ? items.filter(test) : items, args, sort);
    },
    customersCount: (_source, args, { state }) => {
      const test = searchTest(args['query'], SEARCH, 'customers');
      return countOf([...state.customers.values()].filter(test).length, args);
    },
  },
  Mutation: { customerUpdate: updateCustomer },
  Customer: typed<Customer>({
    id: ({ id }) => gid('Customer', id),
    legacyResourceId: ({ id }) => String(id),
    email: ({ email }) => email,
    phone: ({ phone }) => phone,
    defaultEmailAddress: (customer) => (customer.email === null ? null : customer),
    defaultPhoneNumber: (customer) => (customer.phone === null ? null : customer),
    firstName: ({ firstName }) => firstName,
    lastName: ({ lastName }) => lastName,
    displayName: (customer) => customerName(customer) || customer.email || customer.phone || '',
    note: ({ note }) => note,
    tags: ({ tags }) => tags,
    state: () => 'ENABLED',
    locale: () => 'en',
    verifiedEmail: () => true,
    taxExempt: () => false,
    createdAt: ({ createdAt }) => utcTime(createdAt),
    updatedAt: ({ updatedAt }) => utcTime(updatedAt),
    defaultAddress: (customer) => customer,
    numberOfOrders: ({ id }, _args, { state }) => String(ordersOf(state, id).length),
    amountSpent: ({ id }, _args, { state }) => moneyV2(amountSpent(state, id), getShop(state).currency),
    lastOrder: ({ id }, _args, { state }) => ordersOf(state, id).at(-1) ?? null,
    orders: ({ id }, args, context) => {
      const sort = orderSort(args['sortKey'] ?? 'ID');
      const test = searchTest(args['query'], ORDER_SEARCH, 'orders');
      const orders = visibleOrders(context, ordersOf(context.state, id)).filter(test);
      orders.sort((a, b) => Number(sort.value(a)) - Number(sort.value(b)) || a.id - b.id);
      return connect(orders, args, sort);
    },
    storeCreditAccounts: ({ id }, args, { state }) =>
      connect(
        [...state.storeCredits.values()].filter(({ customerId }) => customerId === id),
        args,
        byId<StoreCredit>(),
      ),
    metafield: ({ id }, args, context) => metafieldOf(context, { ownerType: 'Customer', ownerId: id }, args),
    metafields: ({ id }, args, context) => metafieldsOf(context, { ownerType: 'Customer', ownerId: id }, args),
  }),
  CustomerEmailAddress: typed<Customer>({
    emailAddress: ({ email }) => email,
    marketingState: ({ acceptsMarketing }) => (acceptsMarketing ? 'SUBSCRIBED' : 'NOT_SUBSCRIBED'),
    validFormat: () => true,
  }),
  CustomerPhoneNumber: typed<Customer>({ phoneNumber: ({ phone }) => phone }),
  MailingAddress: typed<Customer>({
    id: ({ id }) => gid('MailingAddress', id + 1),
    firstName: ({ firstName }) => firstName,
    lastName: ({ lastName }) => lastName,
    name: (customer) => customerName(customer),
    address1: (customer) => addressPayload(customer)['address1'],
    city: (customer) => addressPayload(customer)['city'],
    country: (customer) => addressPayload(customer)['country'],
    countryCodeV2: (customer) => addressPayload(customer)['country_code'],
    zip: (customer) => addressPayload(customer)['zip'],
  }),
  CustomerUpdatePayload: properties('customer', 'userErrors'),
  UserError: properties('field', 'message'),
  Count: properties('count', 'precision'),
};

export function findCustomer(state: ShopState, id: unknown): Customer | undefined {
  const number = findGidNumber(String(id), 'Customer');
  return number === undefined ? undefined : state.customers.find(number);
}

const UPDATABLE = new Set(['id', 'email', 'phone', 'firstName', 'lastName', 'note', 'tags']);

function updateCustomer(_source: unknown, args: Args, { world, state }: Context) {
  const input = args['input'] as Record<string, unknown>;
  for (const name of Object.keys(input)) if (!UPDATABLE.has(name)) throw notSimulated(`CustomerInput.${name}`);
  const customer = findCustomer(state, input['id']);
  if (!customer) return { customer: null, userErrors: [userError(['id'], 'Customer does not exist')] };
  const { id: _id, ...change } = input as Partial<Customer> & { id: string };
  const changed = changeCustomer(world, state, customer.id, change);
  if (changed.outcome === 'refused')
    return { customer: null, userErrors: [userError([changed.field], changed.message)] };
  return { customer: changed.customer, userErrors: [] };
}

function amountSpent(state: ShopState, customerId: number): number {
  return ordersOf(state, customerId)
    .filter((order) => financialStatus(order) !== 'voided' && !order.test)
    .map((order) => orderTotals(order))
    .reduce((total, { receivedMinor, refundedMinor }) => total + receivedMinor - refundedMinor, 0);
}
