import { createHmac } from 'node:crypto';

/** The query of a shopper's request as Shopify's app proxy signs it. The server refuses it when it is minutes old. */
export function signedProxyQuery(options: {
  shopDomain: string;
  customerId: number;
  secret: string;
  at: Date;
}): URLSearchParams {
  const parameters = {
    logged_in_customer_id: String(options.customerId),
    path_prefix: '/apps/loyalnest',
    shop: options.shopDomain,
    timestamp: String(Math.floor(options.at.getTime() / 1_000)),
  };
  const message = Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join('');
  const signature = createHmac('sha256', options.secret).update(message).digest('hex');
  return new URLSearchParams({ ...parameters, signature });
}
