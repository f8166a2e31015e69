import { createHmac, createSecretKey, hkdfSync, timingSafeEqual, type KeyObject } from 'node:crypto';
import { AppError } from '@loyalnest/contracts/errors';
import { z } from 'zod';

/** Who may hear what: a customer his own updates, a member of the merchant's staff those of the whole shop. */
export type StreamListener =
  { kind: 'customer'; merchantId: number; customerId: number } | { kind: 'staff'; merchantId: number; userId: number };

/** Time to open a connection with it: a page asks for a token when it connects. */
export const streamTokenMs = 5 * 60_000;

const claimsSchema = z.strictObject({
  mid: z.number().int().positive(),
  cid: z.number().int().positive().optional(),
  uid: z.number().int().positive().optional(),
  exp: z.number().int(),
});

/** Follows from the app's client secret as the key of API tokens does (`shopify/api-token`), and is another one. */
export function streamTokenKey(clientSecret: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', clientSecret, '', 'loyalnest stream token v1', 32)));
}

export function signStreamToken(listener: StreamListener, signing: { key: KeyObject; expiresAt: Date }): string {
  const claims: z.infer<typeof claimsSchema> = {
    mid: listener.merchantId,
    ...(listener.kind === 'customer' ? { cid: listener.customerId } : { uid: listener.userId }),
    exp: signing.expiresAt.getTime(),
  };
  const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
  return `${payload}.${signatureOf(payload, signing.key).toString('base64url')}`;
}

/** Throws `unauthenticated`. */
export function verifyStreamToken(token: string, expected: { key: KeyObject; now: Date }): StreamListener {
  const [payload = '', signature = '', ...more] = token.split('.');
  const given = Buffer.from(signature, 'base64url');
  const genuine = signatureOf(payload, expected.key);
  if (more.length > 0 || given.length !== genuine.length || !timingSafeEqual(given, genuine))
    throw new AppError('unauthenticated', 'The token is not genuine');
  const { mid, cid, uid, exp } = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  if (exp <= expected.now.getTime()) throw new AppError('unauthenticated', 'The token has expired');
  if (cid !== undefined) return { kind: 'customer', merchantId: mid, customerId: cid };
  if (uid !== undefined) return { kind: 'staff', merchantId: mid, userId: uid };
  throw new AppError('unauthenticated', 'The token names nobody');
}

function signatureOf(payload: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(payload).digest();
}
