/** A bearer token of ours that ended before its time. */
export type RevokedToken = { tokenId: string; expiresAt: Date };

/**
 * API tokens that ended before their time, by id. auth fills it; the guards of all services read it. Holds a token only until
 * it would have expired anyway, so it stays as small as the number of recent revocations.
 */
export abstract class RevokedTokens {
  /** `away`: known to this process only, and to be told again. */
  abstract add(tokens: readonly RevokedToken[], now: Date): Promise<'told' | 'away'>;
  abstract has(tokenId: string): boolean | Promise<boolean>;
  /** Forgets what has expired. */
  abstract prune(now: Date): void;
}

/** The list of this process, for all services in it. */
export class MemoryRevokedTokens extends RevokedTokens {
  readonly #expiryById = new Map<string, number>();

  async add(tokens: readonly RevokedToken[]): Promise<'told'> {
    for (const { tokenId, expiresAt } of tokens) this.#expiryById.set(tokenId, expiresAt.getTime());
    return 'told';
  }

  has(tokenId: string): boolean {
    return this.#expiryById.has(tokenId);
  }

  prune(now: Date): void {
    for (const [tokenId, expiry] of this.#expiryById) {
      if (expiry < now.getTime()) this.#expiryById.delete(tokenId);
    }
  }
}
