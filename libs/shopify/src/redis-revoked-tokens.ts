import type { Redis } from '@loyalnest/platform/redis/redis';
import { MemoryRevokedTokens, RevokedTokens, type RevokedToken } from './revoked-tokens.ts';

/** Clocks of the processes that verify tokens differ by less. */
const leewayMs = 5_000;

/**
 * The list of all processes, under `revoked_jti:<id>` for the rest of the token's life. While Redis is away a guard knows what
 * its own process was told, and lets in what another one revoked: for no longer than the token lives, which is 15 minutes.
 */
export class RedisRevokedTokens extends RevokedTokens {
  readonly #redis: Redis;
  readonly #own = new MemoryRevokedTokens();

  constructor(redis: Redis) {
    super();
    this.#redis = redis;
  }

  async add(tokens: readonly RevokedToken[], now: Date): Promise<'told' | 'away'> {
    await this.#own.add(tokens);
    if (tokens.length === 0) return 'told';
    try {
      await this.#redis.run((cluster) =>
        Promise.all(
          tokens
            .map(({ tokenId, expiresAt }) => ({ tokenId, lifeMs: expiresAt.getTime() - now.getTime() + leewayMs }))
            .filter(({ lifeMs }) => lifeMs > 0)
            .map(({ tokenId, lifeMs }) => cluster.set(keyOf(tokenId), '1', 'PX', lifeMs)),
        ),
      );
      return 'told';
    } catch {
      // `Redis` has said so in the log.
      return 'away';
    }
  }

  async has(tokenId: string): Promise<boolean> {
    if (this.#own.has(tokenId)) return true;
    try {
      return (await this.#redis.run((cluster) => cluster.exists(keyOf(tokenId)))) === 1;
    } catch {
      return false;
    }
  }

  prune(now: Date): void {
    this.#own.prune(now);
  }
}

function keyOf(tokenId: string): string {
  return `revoked_jti:${tokenId}`;
}
