import { customerIdOf, shopDomainOf, shopperOf, type Shopper, type Workload } from '../orders/population.ts';
import { signedProxyQuery } from './proxy-query.ts';
import type { RequestSource } from './request-source.ts';

/** Room for an address with its signature. */
const requestBytesMax = 1_024;

export type BalanceSourceOptions = {
  port: number;
  secret: string;
  workload: Workload;
  random: () => number;
  /** Shopify signs the time; the server refuses what is older than a minute or so. */
  at: Date;
  /** Shoppers who ask, again and again in turn. */
  shoppers: number;
};

/** Shoppers' requests for their balance, as Shopify's app proxy forwards and signs them. All signed beforehand. */
export class BalanceSource implements RequestSource {
  readonly bytesMax = requestBytesMax;
  readonly #requests: Buffer[];
  #next = 0;

  constructor(options: BalanceSourceOptions) {
    this.#requests = Array.from({ length: options.shoppers }, () =>
      requestOf(shopperOf(options.workload, options.random()), options),
    );
  }

  next(target: Buffer): number {
    const request = this.#requests[this.#next];
    if (!request) throw new Error('nobody asks');
    this.#next = (this.#next + 1) % this.#requests.length;
    return request.copy(target);
  }
}

function requestOf({ customer, merchant }: Shopper, { port, secret, at }: BalanceSourceOptions): Buffer {
  const query = signedProxyQuery({
    shopDomain: shopDomainOf(merchant),
    customerId: customerIdOf(customer),
    secret,
    at,
  });
  return Buffer.from(
    [
      `GET /v1/api/points/balance?${query.toString()} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'User-Agent: Mozilla/5.0',
      'Accept: application/json',
      'X-Forwarded-For: 203.0.113.7',
      '\r\n',
    ].join('\r\n'),
  );
}
