import { AccessTokens } from '@loyalnest/shopify/access-tokens';

type Client = { clientId: string; clientSecret: string };

/** Gets tokens from the simulator, as auth does. */
export class ExchangedTokens extends AccessTokens {
  readonly #url: string;
  readonly #client: Client;

  constructor(simulatorUrl: string, client: Client) {
    super();
    this.#url = simulatorUrl;
    this.#client = client;
  }

  async accessToken({ shopDomain }: { shopDomain: string }): Promise<string> {
    const { sessionToken } = await this.#post<{ sessionToken: string }>(
      `control/shops/${shopDomain}/session-token`,
      {},
      {},
    );
    const request = {
      client_id: this.#client.clientId,
      client_secret: this.#client.clientSecret,
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: sessionToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      expiring: '1',
    };
    const host = { 'x-forwarded-host': shopDomain };
    return (await this.#post<{ access_token: string }>('admin/oauth/access_token', request, host)).access_token;
  }

  renewedToken(shop: { shopDomain: string }): Promise<string> {
    return this.accessToken(shop);
  }

  async #post<Body>(path: string, body: unknown, headers: Record<string, string>): Promise<Body> {
    const response = await fetch(`${this.#url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Body;
  }
}
