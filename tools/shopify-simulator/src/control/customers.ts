import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import {
  changeCustomer,
  createCustomer,
  deleteCustomer,
  mergeCustomers,
  redactCustomer,
  requestCustomerData,
  type CustomerResult,
} from '../commerce/customers.ts';
import { ControlError, parseBody } from '../http/problem.ts';
import type { World } from '../world.ts';
import { getCustomer, getState } from './scope.ts';
import { customerView } from './views.ts';

const facts = z.strictObject({
  email: z.email().nullable().optional(),
  phone: z.string().nullable().optional(),
  firstName: z.string().nullable().optional(),
  lastName: z.string().nullable().optional(),
  note: z.string().nullable().optional(),
  tags: z.array(z.string()).optional(),
  acceptsMarketing: z.boolean().optional(),
});
const merge = z.strictObject({ other: z.number().int() });
const page = z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(50), email: z.string().optional() });

export function registerCustomers(scope: FastifyInstance, world: World): void {
  scope.get('/shops/:shop/customers', (request) => {
    const state = getState(world, request);
    const { limit, email } = parseBody(page, request.query);
    const found = [...state.customers.values()].filter((customer) => !email || customer.email === email.toLowerCase());
    return { total: found.length, customers: found.slice(-limit).reverse().map(customerView) };
  });
  scope.post('/shops/:shop/customers', (request, reply) => {
    const result = createCustomer(world, getState(world, request), parseBody(facts, request.body));
    void reply.code(201);
    return answer(result);
  });
  scope.get('/shops/:shop/customers/:customer', (request) =>
    customerView(getCustomer(getState(world, request), request)),
  );
  scope.patch('/shops/:shop/customers/:customer', (request) => {
    const state = getState(world, request);
    return answer(changeCustomer(world, state, getCustomer(state, request).id, parseBody(facts, request.body)));
  });
  scope.delete('/shops/:shop/customers/:customer', (request) => {
    const state = getState(world, request);
    const customer = getCustomer(state, request);
    deleteCustomer(world, state, customer);
    return { deleted: customer.id };
  });
  scope.post('/shops/:shop/customers/:customer/merge', (request) => {
    const state = getState(world, request);
    const kept = getCustomer(state, request);
    const other = state.customers.find(parseBody(merge, request.body).other);
    if (!other || other.id === kept.id) throw new ControlError(404, 'other: there is no other customer with this id');
    return customerView(mergeCustomers(world, state, kept, other));
  });
  scope.post('/shops/:shop/customers/:customer/redact', (request) => {
    const state = getState(world, request);
    const customer = getCustomer(state, request);
    redactCustomer(world, state, customer);
    return { redacting: customer.id };
  });
  scope.post('/shops/:shop/customers/:customer/data-request', (request) => {
    const state = getState(world, request);
    return { dataRequest: requestCustomerData(world, state, getCustomer(state, request)) };
  });
}

function answer(result: CustomerResult) {
  if (result.outcome === 'refused') throw new ControlError(422, `${result.field}: ${result.message}`);
  return customerView(result.customer);
}
