import type { RefreshToken, Token } from '../state/entities.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import type { World } from '../world.ts';

const ACCESS_S = 3_600;
const REFRESH_S = 90 * 86_400;
const ONLINE_S = 86_400;
/** A refresh token that was used can be used again for so long, unless its replacement has been used. */
const REUSE_MS = 30 * 86_400_000;

export type Mode = 'offline-expiring' | 'offline' | 'online';
export type Grant = { token: Token; body: Record<string, unknown> };

export function issueToken(world: World, state: ShopState, mode: Mode, userId: number): Grant {
  const scopes = getShop(state).installation?.scopes ?? [];
  if (mode === 'online') return issueOnline(world, state, scopes, userId);
  const expiring = mode === 'offline-expiring';
  // A shop and app have one offline token; getting another ends the one before.
  for (const old of [...state.tokens.values()]) if (old.mode === 'offline') state.tokens.delete(old.value);
  return saveOffline(world, state, { scopes, expiring });
}

type Offline = { scopes: string[]; expiring: boolean };

function saveOffline(world: World, state: ShopState, { scopes, expiring }: Offline): Grant {
  const now = world.clock.now();
  const refresh: RefreshToken = {
    value: `shprt_${world.random.hex(32)}`,
    expiresAt: now + REFRESH_S * 1000,
    usedAt: null,
    replacedBy: null,
  };
  const token: Token = {
    value: `shpat_${world.random.hex(32)}`,
    mode: 'offline',
    scopes,
    expiresAt: expiring ? now + ACCESS_S * 1000 : null,
    refresh: expiring ? refresh : undefined,
    userId: null,
  };
  state.tokens.set(token.value, token);
  const body = { access_token: token.value, scope: scopes.join(',') };
  if (!expiring) return { token, body };
  return {
    token,
    body: {
      ...body,
      expires_in: ACCESS_S,
      refresh_token: refresh.value,
      refresh_token_expires_in: REFRESH_S,
    },
  };
}

function issueOnline(world: World, state: ShopState, scopes: string[], userId: number): Grant {
  const expiresAt = world.clock.now() + ONLINE_S * 1000;
  const value = `shpua_${world.random.hex(32)}`;
  const token: Token = { value, mode: 'online', scopes, expiresAt, refresh: undefined, userId };
  state.tokens.set(value, token);
  return {
    token,
    body: {
      access_token: value,
      scope: scopes.join(','),
      expires_in: ONLINE_S - 1,
      associated_user_scope: scopes.join(','),
      associated_user: {
        id: userId,
        first_name: 'Shop',
        last_name: 'Owner',
        email: getShop(state).email,
        email_verified: true,
        account_owner: true,
        locale: 'en',
        collaborator: false,
      },
    },
  };
}

/** A new pair for a refresh token, or undefined if it is unknown, expired or was replaced by one already in use. */
export function rotate(world: World, state: ShopState, refreshToken: string): Grant | undefined {
  const now = world.clock.now();
  const holders = [...state.tokens.values()];
  const old = holders.find((token) => token.refresh?.value === refreshToken);
  if (!old?.refresh || old.refresh.expiresAt <= now) return undefined;
  const replacement = holders.find((token) => token.refresh?.value === old.refresh?.replacedBy);
  if (old.refresh.usedAt !== null && (now - old.refresh.usedAt > REUSE_MS || replacement?.refresh?.usedAt)) {
    return undefined;
  }

  // The one before this is retired by using this; a lost answer's pair is replaced by asking again.
  for (const token of holders) {
    if (token.mode === 'offline' && token !== old) state.tokens.delete(token.value);
  }
  const grant = saveOffline(world, state, { scopes: old.scopes, expiring: true });
  const replacedBy = grant.token.refresh?.value ?? null;
  state.tokens.set(old.value, {
    ...old,
    expiresAt: Math.min(old.expiresAt ?? now, now),
    refresh: { ...old.refresh, usedAt: old.refresh.usedAt ?? now, replacedBy },
  });
  return grant;
}

export function findToken(world: World, state: ShopState, value: string): Token | undefined {
  const token = state.tokens.find(value);
  if (!token || (token.expiresAt !== null && token.expiresAt <= world.clock.now())) return undefined;
  return token;
}
