import { getShop, type ShopState } from '../state/shop-state.ts';
import type { Customer } from '../state/entities.ts';
import { isInstalled, type World } from '../world.ts';
import type { Session } from './sessions.ts';

export type Visit = {
  state: ShopState;
  session: Session;
  customer: Customer | undefined;
  /** Address of the app embed's script; undefined where the page has none. */
  embedSrc: string | undefined;
  /** Lets the page's own script run under its strict policy. */
  nonce: string;
};

/** The theme app embed's script: what the merchant set, or the app's own loader behind its proxy. */
export function findEmbedSrc(world: World, state: ShopState): string | undefined {
  const { enabled, scriptUrl } = getShop(state).embed;
  if (!enabled || !isInstalled(state)) return undefined;
  if (scriptUrl) return scriptUrl;
  const { proxy } = world.toml;
  return proxy && `/${proxy.prefix}/${proxy.subpath}/widget/loader.js`;
}

/** A path of this shop that somebody asked to be sent to, or the other one. */
export function localPath(asked: string | undefined, otherwise: string): string {
  if (!asked?.startsWith('/') || /^\/[/\\]/.test(asked)) return otherwise;
  return asked;
}

export function isRightToLeft(locale: string): boolean {
  return ['ar', 'fa', 'he'].includes(locale.split('-')[0] ?? '');
}
