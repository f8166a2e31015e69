import type { BalanceResponse } from '@loyalnest/contracts/rest/points';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import type { FastCall, FastPath } from '@loyalnest/platform/http/fast-path';
import { RateLimits } from '@loyalnest/platform/http/rate-limits';
import { AppConfig } from '@loyalnest/platform/tokens';
import { isProxyRequest, proxyQuery } from '@loyalnest/shopify/app-proxy';
import { Shoppers } from '@loyalnest/shopify/guards/shoppers';
import type { ShopperPrincipal } from '@loyalnest/shopify/guards/principal';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Inject, Injectable } from '@nestjs/common';
import { BalanceReader } from './balance-reader.ts';
import { balanceResponse } from './balance-response.ts';
import { customerOf } from './caller.ts';

/** A shopper who looks at his points, which each page of a storefront may do. Merchants ask `BalanceController`. */
@Injectable()
export class BalanceFastPath implements FastPath {
  readonly path = '/v1/api/points/balance';
  readonly #shoppers: Shoppers;
  readonly #balances: BalanceReader;

  constructor(
    @Inject(AppConfig) config: Config,
    clock: Clock,
    directory: ShopDirectory,
    limits: RateLimits,
    balances: BalanceReader,
  ) {
    this.#shoppers = new Shoppers({ config, clock, directory, limits });
    this.#balances = balances;
  }

  take(call: FastCall): Promise<BalanceResponse> | undefined {
    // The route checks what a query asks for; this one asks for nothing.
    if (!isProxyRequest(call.originalUrl) || 'customerId' in proxyQuery(call.originalUrl)) return undefined;
    const shopper = this.#shoppers.letIn(call, call);
    return shopper instanceof Promise ? shopper.then((found) => this.#read(found)) : this.#read(shopper);
  }

  #read(shopper: ShopperPrincipal): Promise<BalanceResponse> {
    const customerId = customerOf(shopper, undefined);
    return this.#balances
      .readOrRecall({ merchantId: shopper.merchantId, customerId })
      .then((balance) => balanceResponse(customerId, balance));
  }
}
