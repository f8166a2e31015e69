import { AppError } from '@loyalnest/contracts/errors';
import { AccessTokens } from '@loyalnest/shopify/access-tokens';

/** The one token at hand, for calls before or beside what is stored. There is no other if Shopify refuses it. */
export class KnownToken extends AccessTokens {
  constructor(private readonly token: string) {
    super();
  }

  accessToken(): Promise<string> {
    return Promise.resolve(this.token);
  }

  renewedToken(): Promise<string> {
    return Promise.reject(new AppError('shopify-refused'));
  }
}
