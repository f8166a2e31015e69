import type { FastifyRequest } from 'fastify';
import { ControlError } from '../http/problem.ts';
import type { Customer, Order } from '../state/entities.ts';
import type { ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

type Params = { shop?: string; customer?: string; order?: string };

/** `demo` stands for `demo.myshopify.com`. */
export function shopDomain(name: string): string {
  const text = name.toLowerCase();
  return text.includes('.') ? text : `${text}.myshopify.com`;
}

export function getState(world: World, request: FastifyRequest): ShopState {
  const domain = shopDomain((request.params as Params).shop ?? '');
  const state = world.store.findShop(domain);
  if (!state) throw new ControlError(404, `there is no shop ${domain}`);
  return state;
}

export function getCustomer(state: ShopState, request: FastifyRequest): Customer {
  const { customer: id = '' } = request.params as Params;
  const customer = state.customers.find(Number(id));
  if (!customer) throw new ControlError(404, `${state.domain} has no customer ${id}`);
  return customer;
}

/** By its id, or by its name as the merchant sees it: `#1001`. */
export function getOrder(state: ShopState, request: FastifyRequest): Order {
  const { order: id = '' } = request.params as Params;
  const order = state.orders.find(Number(id)) ?? findOrderByName(state, id);
  if (!order) throw new ControlError(404, `${state.domain} has no order ${id}`);
  return order;
}

function findOrderByName(state: ShopState, name: string): Order | undefined {
  if (!name.startsWith('#')) return undefined;
  for (const order of state.orders.values()) if (`#${order.number}` === name) return order;
  return undefined;
}
