import type { Shop, Subscription } from '../../state/entities.ts';
import { getShop } from '../../state/shop-state.ts';
import { gid, parseGid } from '../../time/ids.ts';
import { offsetMinutes, offsetText, utcTime } from '../../time/shop-time.ts';
import { PLAN_NAMES } from '../../webhooks/payload/shop.ts';
import { notSimulated, properties, typed, type Context, type Resolvers } from '../resolver.ts';
import { findCustomer } from './customer.ts';
import { findDiscount } from './discount.ts';
import { metafieldOf, metafieldsOf } from './metafield.ts';
import { orderQueries } from './order-queries.ts';

export const shopTypes: Resolvers = {
  QueryRoot: {
    shop: (_source, _args, { state }) => getShop(state),
    currentAppInstallation: (_source, _args, { state }) => getShop(state),
    node: (_source, args, context) => findNode(String(args['id']), context),
    nodes: (_source, args, context) => (args['ids'] as string[]).map((id) => findNode(id, context)),
  },
  Shop: typed<Shop>({
    id: ({ id }) => gid('Shop', id),
    name: ({ name }) => name,
    email: ({ email }) => email,
    contactEmail: ({ email }) => email,
    shopOwnerName: ({ name }) => `${name} Owner`,
    myshopifyDomain: ({ domain }) => domain,
    primaryDomain: (shop) => shop,
    url: ({ domain }) => `https://${domain}`,
    currencyCode: ({ currency }) => currency,
    enabledPresentmentCurrencies: ({ currency }) => [currency],
    ianaTimezone: ({ timezone }) => timezone,
    timezoneAbbreviation: ({ timezone }, _args, { world }) => zoneOffset(world.clock.now(), timezone),
    timezoneOffset: ({ timezone }, _args, { world }) => zoneOffset(world.clock.now(), timezone),
    timezoneOffsetMinutes: ({ timezone }, _args, { world }) => offsetMinutes(world.clock.now(), timezone),
    taxesIncluded: ({ taxesIncluded }) => taxesIncluded,
    plan: ({ plan }) => ({
      publicDisplayName: PLAN_NAMES[plan].display,
      partnerDevelopment: false,
      shopifyPlus: plan === 'plus' || plan === 'enterprise',
    }),
    createdAt: ({ createdAt }) => utcTime(createdAt),
    updatedAt: ({ updatedAt }) => utcTime(updatedAt),
    metafield: ({ id }, args, context) => metafieldOf(context, { ownerType: 'Shop', ownerId: id }, args),
    metafields: ({ id }, args, context) => metafieldsOf(context, { ownerType: 'Shop', ownerId: id }, args),
  }),
  ShopPlan: properties('publicDisplayName', 'partnerDevelopment', 'shopifyPlus'),
  Domain: typed<Shop>({
    id: ({ id }) => gid('Domain', id + 3),
    host: ({ domain }) => domain,
    url: ({ domain }) => `https://${domain}`,
    sslEnabled: () => true,
  }),
  AppInstallation: typed<Shop>({
    id: ({ installation }) => gid('AppInstallation', installation?.id ?? 0),
    accessScopes: (_shop, _args, { token }) => token.scopes.map((handle) => ({ handle, description: handle })),
    app: (shop) => shop,
    launchUrl: ({ domain }, _args, { world }) => `https://${domain}/admin/apps/${world.clientId}`,
    metafield: ({ installation }, args, context) =>
      metafieldOf(context, { ownerType: 'AppInstallation', ownerId: installation?.id ?? 0 }, args),
    metafields: ({ installation }, args, context) =>
      metafieldsOf(context, { ownerType: 'AppInstallation', ownerId: installation?.id ?? 0 }, args),
  }),
  AccessScope: properties('handle', 'description'),
  App: typed<Shop>({
    id: () => gid('App', 1),
    title: () => 'LoyalNest',
    handle: () => 'loyalnest',
    apiKey: (_shop, _args, { world }) => world.clientId,
  }),
};

function zoneOffset(nowMs: number, timezone: string): string {
  return offsetText(offsetMinutes(nowMs, timezone), '');
}

function findNode(id: string, context: Context): unknown {
  const { state } = context;
  const parsed = parseGid(id);
  if (!parsed) return null;
  const find: Record<string, () => object | null | undefined> = {
    Shop: () => (getShop(state).id === parsed.id ? getShop(state) : null),
    Order: () => orderQueries['QueryRoot']?.['order']?.(null, { id }, context) as object | null,
    Customer: () => findCustomer(state, id),
    Product: () => state.products.find(parsed.id),
    DiscountCodeNode: () => findDiscount(state, id),
    DiscountRedeemCodeBulkCreation: () => state.bulkCreations.find(parsed.id),
    WebhookSubscription: (): Subscription | undefined => state.subscriptions.find(parsed.id),
  };
  const finder = find[parsed.type];
  if (!finder) throw notSimulated(`node of type ${parsed.type}`);
  const node = finder();
  return node ? { ...node, __typename: parsed.type } : null;
}
