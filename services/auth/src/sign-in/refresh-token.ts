import { createHash } from 'node:crypto';

/** The secret part: 256 random bits, so a plain hash of it cannot be turned back. */
export const refreshSecretBytes = 32;

const pattern = /^lnr_([0-9a-z]{1,11})_([\w-]{43})$/;

/** The text names its merchant, whom a transaction has to state before it can look for it. */
export function formatRefreshToken(merchantId: number, secret: Buffer): string {
  return `lnr_${merchantId.toString(36)}_${secret.toString('base64url')}`;
}

/** The merchant that a refresh token names, or `undefined` if it is no refresh token of ours. */
export function merchantOfRefreshToken(text: string): number | undefined {
  const [, merchant = ''] = pattern.exec(text) ?? [];
  const merchantId = Number.parseInt(merchant, 36);
  return Number.isSafeInteger(merchantId) && merchantId > 0 ? merchantId : undefined;
}

/** What is stored of it. */
export function hashRefreshToken(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
