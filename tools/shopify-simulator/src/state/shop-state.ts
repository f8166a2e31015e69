import { Collection, type Key } from './collection.ts';
import type * as entity from './entities.ts';

export type ShopState = {
  readonly domain: string;
  /** The shop itself, under its domain. */
  readonly shops: Collection<entity.Shop>;
  readonly customers: Collection<entity.Customer>;
  readonly products: Collection<entity.Product>;
  readonly orders: Collection<entity.Order>;
  readonly discounts: Collection<entity.Discount>;
  /** Under the code in lower case: Shopify's codes ignore case. */
  readonly codes: Collection<entity.RedeemCode>;
  readonly bulkCreations: Collection<entity.BulkCreation>;
  readonly subscriptions: Collection<entity.Subscription>;
  /** Under `ownerType/ownerId/namespace/key`. */
  readonly metafields: Collection<entity.Metafield>;
  readonly tokens: Collection<entity.Token>;
  readonly storeCredits: Collection<entity.StoreCredit>;
  /** Order ids per customer, in order of creation; derived, never stored. */
  readonly ordersByCustomer: Map<number, number[]>;
};

export type StoredKind = Exclude<keyof ShopState, 'domain' | 'ordersByCustomer'>;

export const STORED_KINDS = [
  'shops',
  'customers',
  'products',
  'orders',
  'discounts',
  'codes',
  'bulkCreations',
  'subscriptions',
  'metafields',
  'tokens',
  'storeCredits',
] as const satisfies StoredKind[];

export function createShopState(domain: string, changed: (kind: string, key: Key) => void): ShopState {
  return {
    domain,
    shops: new Collection('shops', changed),
    customers: new Collection('customers', changed),
    products: new Collection('products', changed),
    orders: new Collection('orders', changed),
    discounts: new Collection('discounts', changed),
    codes: new Collection('codes', changed),
    bulkCreations: new Collection('bulkCreations', changed),
    subscriptions: new Collection('subscriptions', changed),
    metafields: new Collection('metafields', changed),
    tokens: new Collection('tokens', changed),
    storeCredits: new Collection('storeCredits', changed),
    ordersByCustomer: new Map(),
  };
}

export function getShop(state: ShopState): entity.Shop {
  const shop = state.shops.find(state.domain);
  if (!shop) throw new Error(`the state of ${state.domain} has lost its shop`);
  return shop;
}

export function changeShop(state: ShopState, change: Partial<entity.Shop>): entity.Shop {
  return state.shops.set(state.domain, { ...getShop(state), ...change });
}

/** Stores an order and keeps the customer's list of orders. */
export function saveOrder(state: ShopState, order: entity.Order): entity.Order {
  if (!state.orders.has(order.id)) indexOrder(state, order);
  return state.orders.set(order.id, order);
}

export function indexOrder(state: ShopState, order: entity.Order): void {
  if (order.customerId === null) return;
  const orders = state.ordersByCustomer.get(order.customerId);
  if (orders) orders.push(order.id);
  else state.ordersByCustomer.set(order.customerId, [order.id]);
}

export function ordersOf(state: ShopState, customerId: number): entity.Order[] {
  const ids = state.ordersByCustomer.get(customerId) ?? [];
  return ids.map((id) => state.orders.find(id)).filter((order) => order !== undefined);
}
