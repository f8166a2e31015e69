import { getShop, type ShopState } from '../state/shop-state.ts';
import type { Customer } from '../state/entities.ts';
import { isInstalled, type World } from '../world.ts';
import type { Session } from './sessions.ts';

export type Visit = {
  state: ShopState;
  session: Session;
  customer: Customer | undefined;
  /** What the theme's app embed puts into the page; undefined where it is off. */
  embed: string | undefined;
  /** Lets the page's own script run under its strict policy. */
  nonce: string;
};

/** The block of the app's theme extension, where the merchant has switched it on. An app that is gone shows nothing. */
export function findEmbed(world: World, state: ShopState): string | undefined {
  return getShop(state).embed?.enabled && isInstalled(state) ? world.toml.embed?.html : undefined;
}

/** A path of this shop that somebody asked to be sent to, or the other one. */
export function localPath(asked: string | undefined, otherwise: string): string {
  if (!asked?.startsWith('/') || /^\/[/\\]/.test(asked)) return otherwise;
  return asked;
}

export function isRightToLeft(locale: string): boolean {
  return ['ar', 'fa', 'he'].includes(locale.split('-')[0] ?? '');
}
