import type { Customer } from '../state/entities.ts';
import { getShop, ordersOf, saveOrder, type ShopState } from '../state/shop-state.ts';
import { wholeSecond } from '../time/shop-time.ts';
import { customerPayload, deletedCustomerPayload, mergedCustomersPayload } from '../webhooks/payload/customer.ts';
import { customerRedactPayload, dataRequestPayload } from '../webhooks/payload/shop.ts';
import type { World } from '../world.ts';

export type CustomerFacts = {
  email?: string | null | undefined;
  phone?: string | null | undefined;
  firstName?: string | null | undefined;
  lastName?: string | null | undefined;
  note?: string | null | undefined;
  tags?: string[] | undefined;
  acceptsMarketing?: boolean | undefined;
};

export type CustomerResult =
  { outcome: 'saved'; customer: Customer } | { outcome: 'refused'; field: string; message: string };

export function createCustomer(world: World, state: ShopState, facts: CustomerFacts): CustomerResult {
  const taken = takenField(state, facts, undefined);
  if (taken) return taken;
  const now = wholeSecond(world.clock.now());
  const id = world.store.nextId();
  const customer: Customer = { ...NOBODY, ...defined(facts), id, createdAt: now, updatedAt: now };
  state.customers.set(id, customer);
  tell(world, state, 'customers/create', customer);
  return { outcome: 'saved', customer };
}

export function changeCustomer(world: World, state: ShopState, id: number, facts: CustomerFacts): CustomerResult {
  const old = state.customers.find(id);
  if (!old) return { outcome: 'refused', field: 'id', message: 'Customer does not exist' };
  const taken = takenField(state, facts, id);
  if (taken) return taken;
  const updatedAt = Math.max(wholeSecond(world.clock.now()), old.updatedAt);
  const customer = state.customers.set(id, { ...old, ...defined(facts), updatedAt });
  tell(world, state, 'customers/update', customer);
  return { outcome: 'saved', customer };
}

/** Shopify keeps the orders of a deleted customer, without the customer. */
export function deleteCustomer(world: World, state: ShopState, customer: Customer): void {
  for (const order of ordersOf(state, customer.id)) state.orders.set(order.id, { ...order, customerId: null });
  state.ordersByCustomer.delete(customer.id);
  state.customers.delete(customer.id);
  world.emit(state, [{ topic: 'customers/delete', payload: () => deletedCustomerPayload(customer) }]);
}

/** The other customer's orders go to the one that is kept; the other is deleted. */
export function mergeCustomers(world: World, state: ShopState, kept: Customer, other: Customer): Customer {
  const now = wholeSecond(world.clock.now());
  for (const order of ordersOf(state, other.id)) {
    state.orders.delete(order.id);
    saveOrder(state, { ...order, customerId: kept.id, updatedAt: Math.max(now, order.updatedAt) });
  }
  state.ordersByCustomer.delete(other.id);
  state.customers.delete(other.id);
  const merged = state.customers.set(kept.id, {
    ...kept,
    email: kept.email ?? other.email,
    phone: kept.phone ?? other.phone,
    tags: [...new Set([...kept.tags, ...other.tags])],
    updatedAt: Math.max(now, kept.updatedAt),
  });
  const shop = getShop(state);
  world.emit(state, [
    { topic: 'customers/merge', payload: () => mergedCustomersPayload(merged, other) },
    { topic: 'customers/update', payload: () => customerPayload(shop, merged) },
    { topic: 'customers/delete', payload: () => deletedCustomerPayload(other) },
  ]);
  return merged;
}

/** The compliance webhook `customers/redact`; the customer's data stays in the simulator until it is deleted. */
export function redactCustomer(world: World, state: ShopState, customer: Customer): void {
  const shop = getShop(state);
  const orderIds = ordersOf(state, customer.id).map(({ id }) => id);
  world.emit(state, [{ topic: 'customers/redact', payload: () => customerRedactPayload(shop, customer, orderIds) }]);
}

export function requestCustomerData(world: World, state: ShopState, customer: Customer): number {
  const shop = getShop(state);
  const request = { id: world.store.nextId(), orderIds: ordersOf(state, customer.id).map(({ id }) => id) };
  const payload = () => dataRequestPayload(shop, customer, request);
  world.emit(state, [{ topic: 'customers/data_request', payload }]);
  return request.id;
}

export function findCustomerByEmail(state: ShopState, email: string): Customer | undefined {
  const wanted = email.trim().toLowerCase();
  for (const customer of state.customers.values()) if (customer.email?.toLowerCase() === wanted) return customer;
  return undefined;
}

export const NOBODY: Omit<Customer, 'id' | 'createdAt' | 'updatedAt'> = {
  email: null,
  phone: null,
  firstName: null,
  lastName: null,
  note: null,
  tags: [],
  acceptsMarketing: false,
};

function tell(world: World, state: ShopState, topic: string, customer: Customer): void {
  const shop = getShop(state);
  world.emit(state, [{ topic, payload: () => customerPayload(shop, customer) }]);
}

function takenField(
  state: ShopState,
  { email, phone }: CustomerFacts,
  own: number | undefined,
): CustomerResult | undefined {
  const holder = email ? findCustomerByEmail(state, email) : undefined;
  if (holder && holder.id !== own)
    return { outcome: 'refused', field: 'email', message: 'Email has already been taken' };
  if (!phone) return undefined;
  for (const customer of state.customers.values()) {
    if (customer.phone === phone && customer.id !== own) {
      return { outcome: 'refused', field: 'phone', message: 'Phone has already been taken' };
    }
  }
  return undefined;
}

function defined(facts: CustomerFacts): Partial<Customer> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
