import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { AppConfig } from '@loyalnest/platform/tokens';
import { NoAnswer, ShopHttp } from '@loyalnest/shopify/shop-http';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';

/** An expiring token of the app for one shop. */
export type OfflineToken = {
  accessToken: string;
  accessExpiresAt: Date;
  refreshToken: string;
  refreshExpiresAt: Date;
  scopes: string[];
};

export type OAuthResult =
  | { outcome: 'ok'; token: OfflineToken }
  /** Shopify's own word for why; asking again changes nothing. */
  | { outcome: 'refused'; reason: string }
  | { outcome: 'unavailable'; reason: string };

/** As long as one call of the Admin API. */
const timeoutMs = 5_000;

const grantSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().int().positive(),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.number().int().positive(),
  scope: z.string(),
});
const refusalSchema = z.object({ error: z.string().regex(/^\w{1,60}$/) });

/** Shopify's `/admin/oauth/access_token`. */
@Injectable()
export class ShopifyOAuth {
  constructor(
    @Inject(AppConfig) private readonly config: Config,
    private readonly clock: Clock,
    private readonly http: ShopHttp,
  ) {}

  /** The app's token for the shop of a session token. Ends the one before. */
  exchange({ shopDomain, sessionToken }: { shopDomain: string; sessionToken: string }): Promise<OAuthResult> {
    return this.ask(shopDomain, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: sessionToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
      expiring: '1',
    });
  }

  /**
   * The next pair for a refresh token. Asking again with the same one is right after a lost answer: Shopify replaces the
   * pair that nobody has used.
   */
  refresh({ shopDomain, refreshToken }: { shopDomain: string; refreshToken: string }): Promise<OAuthResult> {
    return this.ask(shopDomain, { grant_type: 'refresh_token', refresh_token: refreshToken });
  }

  private async ask(shopDomain: string, grant: Record<string, string>): Promise<OAuthResult> {
    const { SHOPIFY_CLIENT_ID: client_id, SHOPIFY_CLIENT_SECRET: client_secret } = this.config;
    // Lifetimes count from before the request: the token never seems to live longer than it does.
    const askedAt = this.clock.now();
    try {
      const answer = await this.http.post({
        shopDomain,
        path: '/admin/oauth/access_token',
        body: JSON.stringify({ client_id, client_secret, ...grant }),
        timeoutMs,
      });
      return readGrant(answer, askedAt);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { outcome: 'unavailable', reason: 'no answer' };
    }
  }
}

function readGrant({ status, body }: { status: number; body: string }, askedAt: Date): OAuthResult {
  const json = parseJson(body);
  if (status >= 400 && status < 500 && status !== 429) {
    const refusal = refusalSchema.safeParse(json);
    return { outcome: 'refused', reason: refusal.success ? refusal.data.error : `HTTP ${status}` };
  }
  const grant = status === 200 ? grantSchema.safeParse(json) : undefined;
  if (!grant?.success) return { outcome: 'unavailable', reason: status === 200 ? 'half an answer' : `HTTP ${status}` };
  const { access_token, expires_in, refresh_token, refresh_token_expires_in, scope } = grant.data;
  return {
    outcome: 'ok',
    token: {
      accessToken: access_token,
      accessExpiresAt: new Date(askedAt.getTime() + expires_in * 1_000),
      refreshToken: refresh_token,
      refreshExpiresAt: new Date(askedAt.getTime() + refresh_token_expires_in * 1_000),
      scopes: scope.split(',').filter(Boolean),
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
