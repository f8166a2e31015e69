import { changeShop, getShop, type ShopState } from '../state/shop-state.ts';
import { wholeSecond } from '../time/shop-time.ts';
import { scopesPayload, shopPayload, shopRedactPayload } from '../webhooks/payload/shop.ts';
import { isInstalled, type World } from '../world.ts';

/** Shopify sends `shop/redact` 48 hours after the app was uninstalled. */
const REDACT_AFTER_MS = 48 * 3_600_000;

/** Managed installation: the merchant granted the scopes; the app gets its token when it is opened. */
export function installApp(world: World, state: ShopState, scopes: string[]): void {
  const shop = getShop(state);
  const { installation } = shop;
  const now = world.clock.now();
  if (!installation) {
    changeShop(state, { installation: { id: world.store.nextId(), scopes, installedAt: now } });
    return;
  }
  const previous = installation.scopes;
  if (previous.join() === scopes.join()) return;
  const changed = changeShop(state, { installation: { ...installation, scopes }, updatedAt: wholeSecond(now) });
  for (const token of [...state.tokens.values()]) state.tokens.set(token.value, { ...token, scopes });
  world.emit(state, [{ topic: 'app/scopes_update', payload: () => scopesPayload(changed, previous, scopes) }]);
}

/** Ends all tokens at once, tells the app, and has the shop's data redacted 48 hours later unless it is back by then. */
export function uninstallApp(world: World, state: ShopState): boolean {
  if (!isInstalled(state)) return false;
  const shop = getShop(state);
  world.emit(state, [{ topic: 'app/uninstalled', payload: () => shopPayload(shop) }]);
  state.tokens.clear();
  state.subscriptions.clear();
  changeShop(state, { installation: undefined });
  world.clock.at(world.clock.now() + REDACT_AFTER_MS, () => {
    if (!isInstalled(state)) redactShop(world, state);
  });
  return true;
}

export function redactShop(world: World, state: ShopState): void {
  const shop = getShop(state);
  world.emit(state, [{ topic: 'shop/redact', payload: () => shopRedactPayload(shop) }]);
}
