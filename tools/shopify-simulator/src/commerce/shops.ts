import type { Plan, Product, Shop } from '../state/entities.ts';
import { changeShop, type ShopState } from '../state/shop-state.ts';
import { wholeSecond } from '../time/shop-time.ts';
import { shopPayload } from '../webhooks/payload/shop.ts';
import type { World } from '../world.ts';
import { currencyDigits } from './money.ts';

export type NewShop = {
  domain: string;
  name?: string | undefined;
  email?: string | undefined;
  currency: string;
  timezone: string;
  plan: Plan;
  taxesIncluded: boolean;
  /** The theme's app embed; on unless it is said otherwise, so that what the app brings to the shop can be seen. */
  embed?: boolean | undefined;
};

/** Shopify numbers a shop's orders from 1001. */
const FIRST_ORDER_NUMBER = 1001;

export function createShop(world: World, facts: NewShop): ShopState {
  const handle = facts.domain.split('.')[0] ?? facts.domain;
  const now = wholeSecond(world.clock.now());
  const shop: Shop = {
    id: world.store.nextId(),
    domain: facts.domain,
    name: facts.name ?? handle,
    email: facts.email ?? `owner@${handle}.example`,
    currency: facts.currency,
    timezone: facts.timezone,
    plan: facts.plan,
    taxesIncluded: facts.taxesIncluded,
    createdAt: now,
    updatedAt: now,
    nextOrderNumber: FIRST_ORDER_NUMBER,
    installation: undefined,
    embed: facts.embed === false ? null : { enabled: true },
  };
  // The owner, the location and the domain of a shop have the numbers after its own.
  for (let reserved = 0; reserved < 3; reserved++) world.store.nextId();
  const state = world.store.addShop(shop);
  for (const product of CATALOGUE)
    addProduct(world, state, { ...product, priceMinor: priced(product.price, facts.currency) });
  return state;
}

export function updateShop(world: World, state: ShopState, change: Partial<Shop>): Shop {
  const shop = changeShop(state, { ...change, updatedAt: wholeSecond(world.clock.now()) });
  world.emit(state, [{ topic: 'shop/update', payload: () => shopPayload(shop) }]);
  return shop;
}

export type NewProduct = Pick<Product, 'title' | 'description' | 'priceMinor' | 'giftCard' | 'tags' | 'collections'>;

export function addProduct(world: World, state: ShopState, facts: NewProduct): Product {
  const now = wholeSecond(world.clock.now());
  const id = world.store.nextId();
  const base = facts.title.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const taken = new Set([...state.products.values()].map(({ handle }) => handle));
  let handle = base;
  for (let suffix = 1; taken.has(handle); suffix++) handle = `${base}-${suffix}`;
  // A product's only variant has the number after its own.
  const variantId = world.store.nextId();
  return state.products.set(id, {
    ...facts,
    id,
    variantId,
    handle,
    vendor: 'Nest & Co',
    productType: facts.giftCard ? 'Gift card' : 'Home',
    sku: handle.toUpperCase().slice(0, 12),
    createdAt: now,
    updatedAt: now,
  });
}

/** Whole units of the currency; worth 100 times as much where there are no minor units. */
function priced(units: number, currency: string): number {
  const digits = currencyDigits(currency);
  return digits === 0 ? units * 100 : units * 10 ** digits;
}

const CATALOGUE = [
  ['Linen napkins', 'Four washed linen napkins, sewn in Porto.', 24, ['linen', 'kitchen'], ['Kitchen']],
  ['Oak serving board', 'Solid oak with a routed handle, oiled by hand.', 48, ['oak', 'kitchen'], ['Kitchen']],
  ['Stoneware mug', 'Holds 300 ml; glazed in sea green.', 18, ['ceramic'], ['Kitchen', 'Gifts']],
  ['Wool throw', 'Merino from Tasmania, 130 × 180 cm.', 120, ['wool', 'living'], ['Living']],
  ['Beeswax candle', 'Burns for forty hours.', 15, ['candle'], ['Living', 'Gifts']],
  ['Brass watering can', 'One litre, with a long spout.', 65, ['brass', 'garden'], ['Garden']],
  ['Herb seeds', 'Basil, thyme and parsley.', 9, ['seeds', 'garden'], ['Garden']],
  ['Gift card', 'A gift card, sent by e-mail.', 50, ['gift'], ['Gifts']],
].map(([title, description, price, tags, collections]) => ({
  title: title as string,
  description: description as string,
  price: price as number,
  giftCard: title === 'Gift card',
  tags: tags as string[],
  collections: collections as string[],
}));
