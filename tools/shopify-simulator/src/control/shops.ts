import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { installApp, redactShop, uninstallApp } from '../commerce/installing.ts';
import { parseDecimal } from '../commerce/money.ts';
import { addProduct, createShop, updateShop } from '../commerce/shops.ts';
import { ControlError, parseBody } from '../http/problem.ts';
import { createSessionToken } from '../oauth/session-token.ts';
import { changeShop, getShop, type ShopState } from '../state/shop-state.ts';
import { isTimezone } from '../time/shop-time.ts';
import type { World } from '../world.ts';
import { openApp } from './open-app.ts';
import { getState, shopDomain } from './scope.ts';
import { addressesOf, productView, shopView } from './views.ts';

const currency = z.string().regex(/^[A-Z]{3}$/, 'a currency is three capital letters');
const timezone = z.string().refine(isTimezone, 'no such time zone');
const plan = z.enum(['standard', 'advanced', 'plus', 'enterprise']);

const newShop = z.strictObject({
  domain: z
    .string()
    .transform(shopDomain)
    .pipe(z.string().regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/)),
  name: z.string().min(1).optional(),
  email: z.email().optional(),
  currency: currency.default('USD'),
  timezone: timezone.default('America/New_York'),
  plan: plan.default('standard'),
  taxesIncluded: z.boolean().default(false),
  embed: z.boolean().optional(),
});

const shopChange = z.strictObject({
  name: z.string().min(1).optional(),
  email: z.email().optional(),
  currency: currency.optional(),
  timezone: timezone.optional(),
  plan: plan.optional(),
  taxesIncluded: z.boolean().optional(),
});

const installation = z.strictObject({ scopes: z.array(z.string()).optional(), open: z.boolean().default(true) });
const embed = z.strictObject({ enabled: z.boolean() });

const newProduct = z.strictObject({
  title: z.string().min(1),
  description: z.string().default(''),
  price: z.union([z.string(), z.number()]).transform(String),
  giftCard: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
  collections: z.array(z.string()).default([]),
});

export function registerShops(scope: FastifyInstance, world: World): void {
  scope.get('/shops', () => ({ shops: [...world.store.shops.values()].map(shopView) }));
  scope.post('/shops', (request, reply) => {
    const facts = parseBody(newShop, request.body);
    if (world.store.findShop(facts.domain)) throw new ControlError(409, `there is already a shop ${facts.domain}`);
    void reply.code(201);
    return shopView(createShop(world, facts));
  });
  scope.get('/shops/:shop', (request) => {
    const state = getState(world, request);
    return { ...shopView(state), addresses: addressesOf(world, state, request.host) };
  });
  scope.get('/shops/:shop/addresses', (request) => addressesOf(world, getState(world, request), request.host));
  scope.patch('/shops/:shop', (request) => {
    const state = getState(world, request);
    const change = Object.entries(parseBody(shopChange, request.body)).filter(([, value]) => value !== undefined);
    updateShop(world, state, Object.fromEntries(change));
    return shopView(state);
  });

  const install = async (request: FastifyRequest) => {
    const state = getState(world, request);
    const { scopes, open } = parseBody(installation, request.body);
    installApp(world, state, scopes ?? world.toml.scopes);
    const app = open ? await openApp(world, state) : null;
    return { ...shopView(state), app };
  };
  const open = async (request: FastifyRequest) => ({ app: await openApp(world, getState(world, request)) });
  const sessionToken = async (request: FastifyRequest) => {
    const state = getState(world, request);
    const { userId } = parseBody(z.strictObject({ userId: z.number().int().positive().optional() }), request.body);
    return { sessionToken: await createSessionToken(world, state, { userId }) };
  };
  scope.post('/shops/:shop/install', (request) => install(request));
  scope.post('/shops/:shop/open', (request) => open(request));
  scope.post('/shops/:shop/session-token', (request) => sessionToken(request));
  scope.post('/shops/:shop/uninstall', (request) => {
    const state = getState(world, request);
    if (!uninstallApp(world, state)) throw new ControlError(409, `the app is not installed at ${state.domain}`);
    return shopView(state);
  });
  scope.post('/shops/:shop/redact', (request) => {
    const state = getState(world, request);
    redactShop(world, state);
    return shopView(state);
  });
  scope.put('/shops/:shop/embed', (request) => {
    const state = getState(world, request);
    changeShop(state, { embed: parseBody(embed, request.body) });
    return shopView(state).embed;
  });
  registerProducts(scope, world);
}

function registerProducts(scope: FastifyInstance, world: World): void {
  scope.get('/shops/:shop/products', (request) => {
    const state = getState(world, request);
    return { products: [...state.products.values()].map((product) => productView(state, product)) };
  });
  scope.post('/shops/:shop/products', (request, reply) => {
    const state = getState(world, request);
    const { price, ...facts } = parseBody(newProduct, request.body);
    void reply.code(201);
    return productView(state, addProduct(world, state, { ...facts, priceMinor: getMinor(state, price) }));
  });
}

function getMinor(state: ShopState, price: string): number {
  const { currency: code } = getShop(state);
  const minor = parseDecimal(price, code);
  if (minor === undefined || minor < 0) throw new ControlError(400, `price: ${price} is no amount in ${code}`);
  return minor;
}
