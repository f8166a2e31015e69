import { adminHmac } from '../oauth/authorize.ts';
import { createSessionToken } from '../oauth/session-token.ts';
import type { ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

export type Opening = {
  /** Where in the app, with the app's own query: `/customers?sort=name`. */
  path: string;
  /** Host and port of the admin, as the merchant's browser knows it. */
  adminHost: string;
  locale: string;
  userId: number;
};

/** Where the admin's frame points: the app's page with what Shopify adds, signed. */
export async function appAddress(world: World, state: ShopState, opening: Opening): Promise<string> {
  const address = new URL(`${world.appUrl}${world.toml.path}${opening.path}`);
  for (const name of SIGNED) address.searchParams.delete(name);
  const added = {
    embedded: '1',
    host: hostParameter(opening.adminHost, state),
    id_token: await createSessionToken(world, state, { userId: opening.userId }),
    locale: opening.locale,
    session: world.random.hex(64),
    shop: state.domain,
    timestamp: String(Math.floor(world.clock.now() / 1000)),
  };
  for (const [name, value] of Object.entries(added)) address.searchParams.set(name, value);
  address.searchParams.set('hmac', adminHmac(world.clientSecret, address.searchParams));
  return address.toString();
}

/** What only Shopify says; a merchant cannot put it into the address. */
export const SIGNED = ['embedded', 'hmac', 'host', 'id_token', 'locale', 'session', 'shop', 'timestamp'];

export function hostParameter(adminHost: string, state: ShopState): string {
  return Buffer.from(`${adminHost}/store/${handleOf(state)}`).toString('base64url');
}

/** `demo` of `demo.myshopify.com`: the shop's name in addresses of the admin. */
export function handleOf(state: ShopState): string {
  return state.domain.replace(/\.myshopify\.com$/, '');
}
