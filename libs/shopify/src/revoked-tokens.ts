/**
 * API tokens that ended before their time, by id. auth fills it; the guards of all services in the process read it. Holds
 * a token only until it would have expired anyway, so it stays as small as the number of recent revocations.
 */
export class RevokedTokens {
  readonly #expiryById = new Map<string, number>();

  add(tokenId: string, expiresAt: Date): void {
    this.#expiryById.set(tokenId, expiresAt.getTime());
  }

  has(tokenId: string): boolean {
    return this.#expiryById.has(tokenId);
  }

  /** Forgets what has expired. */
  prune(now: Date): void {
    for (const [tokenId, expiry] of this.#expiryById) {
      if (expiry < now.getTime()) this.#expiryById.delete(tokenId);
    }
  }
}
