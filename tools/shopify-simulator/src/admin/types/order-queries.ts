import { financialStatus, fulfillmentStatus, orderTotals } from '../../commerce/totals.ts';
import type { Order } from '../../state/entities.ts';
import { findGidNumber } from '../../time/ids.ts';
import { grants } from '../access.ts';
import { connect, countOf, sortedItems, type SortBy } from '../connection.ts';
import { notSimulated, type Args, type Context, type Resolvers } from '../resolver.ts';
import { listField, numberField, searchTest, textField, timeField, type SearchFields } from '../search.ts';

/** Without `read_all_orders` an app sees the orders of the last 60 days. */
const VISIBLE_MS = 60 * 86_400_000;

const id = (order: Order) => order.id;
const SORTS: Record<string, SortBy<Order>> = {
  ID: { name: 'ID', value: id, id },
  CREATED_AT: { name: 'CREATED_AT', value: ({ createdAt }) => createdAt, id },
  PROCESSED_AT: { name: 'PROCESSED_AT', value: ({ createdAt }) => createdAt, id },
  UPDATED_AT: { name: 'UPDATED_AT', value: ({ updatedAt }) => updatedAt, id },
  ORDER_NUMBER: { name: 'ORDER_NUMBER', value: ({ number }) => number, id },
  TOTAL_PRICE: { name: 'TOTAL_PRICE', value: (order) => orderTotals(order).totalMinor, id },
};

export const ORDER_SEARCH: SearchFields<Order> = {
  id: numberField(id),
  name: textField(({ number }) => `#${number}`),
  email: textField(({ email }) => email),
  tag: listField(({ tags }) => tags),
  test: textField(({ test }) => String(test)),
  customer_id: numberField(({ customerId }) => customerId ?? 0),
  discount_code: textField(({ discount }) => discount?.code ?? null),
  created_at: timeField(({ createdAt }) => createdAt),
  processed_at: timeField(({ createdAt }) => createdAt),
  updated_at: timeField(({ updatedAt }) => updatedAt),
  financial_status: textField((order) => financialStatus(order)),
  fulfillment_status: textField((order) => fulfillmentStatus(order) ?? 'unfulfilled'),
  status: (order, { value }) => {
    if (value === 'any') return true;
    if (value === 'cancelled' || value === 'closed') return order.cancelledAt !== null;
    return value === 'open' && order.cancelledAt === null;
  },
};

export const orderQueries: Resolvers = {
  QueryRoot: {
    order: (_source, args, context) => {
      const order = context.state.orders.find(findGidNumber(String(args['id']), 'Order') ?? 0);
      return order ? (visibleOrders(context, [order])[0] ?? null) : null;
    },
    orders: (_source, args, context) => {
      const sort = orderSort(args['sortKey'] ?? 'PROCESSED_AT');
      return connect(selected(context, args, sortedItems(context.state.orders, sort)), args, sort);
    },
    ordersCount: (_source, args, context) =>
      countOf(selected(context, args, [...context.state.orders.values()]).length, args),
  },
};

export function orderSort(key: unknown): SortBy<Order> {
  const sort = SORTS[String(key)];
  if (!sort) throw notSimulated(`orders sort key ${String(key)}`);
  return sort;
}

export function visibleOrders({ world, token }: Context, orders: Order[]): Order[] {
  if (grants(token.scopes, 'read_all_orders')) return orders;
  const since = world.clock.now() - VISIBLE_MS;
  return orders.filter(({ createdAt }) => createdAt >= since);
}

function selected(context: Context, args: Args, orders: Order[]): Order[] {
  const test = searchTest(args['query'], ORDER_SEARCH, 'orders');
  const visible = visibleOrders(context, orders);
  return args['query'] ? visible.filter(test) : visible;
}
