import { createHmac, randomUUID } from 'node:crypto';
import { shopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';
import type { Whole } from '../whole/whole.ts';

const tokenSeconds = 60;
const claimsSchema = z.looseObject({ sub: z.string() });

/**
 * Signs in as Shopify does for a shop's staff. The claims are copied from a token of the simulator's, so that signing in
 * does not depend on it while it is away.
 */
export class StaffTokens {
  readonly #claims: Record<string, unknown>;
  readonly #secret: string;

  private constructor(claims: Record<string, unknown>, secret: string) {
    this.#claims = claims;
    this.#secret = secret;
  }

  static async of(whole: Whole, shopDomain: string): Promise<StaffTokens> {
    const schema = z.object({ sessionToken: z.string() });
    const path = `/shops/${shopDomain}/session-token`;
    const { sessionToken } = await shopControl(whole.instance.simulatorUrl).post(path, {}, schema);
    const [, payload = ''] = sessionToken.split('.');
    const claims = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return new StaffTokens(claims, whole.secrets.shopifyClientSecret);
  }

  make(): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { ...this.#claims, exp: now + tokenSeconds, nbf: now, iat: now, jti: randomUUID() };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${text}.${createHmac('sha256', this.#secret).update(text).digest('base64url')}`;
  }
}
