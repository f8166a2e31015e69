import { AppError } from '@loyalnest/contracts/errors';
import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { ShopRef } from '@loyalnest/shopify/access-tokens';
import { AdminClient, type AdminResult } from '@loyalnest/shopify/admin/admin-client';
import { Injectable } from '@nestjs/common';
import { exclusionRule, isSameRule, productSearches, ruleText, type ExclusionRule } from './exclusion-rule.ts';
import { findExclusions, type Exclusions } from './exclusions.repository.ts';
import { findProducts, type ProductPage } from './products.graphql.ts';

/** Products that a shop may exclude by tag and collection: they are kept in memory with its rules. */
const productsMax = 20_000;
/** How long a preview relies on its last look at Shopify: somebody is trying out numbers, not tags. */
const freshMs = 60_000;
/** Shops of which such a look is in memory. */
const looksMax = 100;

type Look = { at: number; text: string; productIds: Promise<number[]> };

/** Which products the tags and collections in a rule name. Orders cannot say, so Shopify is asked ahead of them. */
@Injectable()
export class ProductExclusions {
  readonly #looks = new Map<number, Look>();

  constructor(
    private readonly admin: AdminClient,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * What rules exclude, for saving them. What is stored for the same tags and collections serves, so that other rules can
   * be saved while Shopify is away. Throws `AppError`: `shopify-unavailable`, or `invalid-request` for too many products.
   */
  async ofSettings(shop: ShopRef, { purchase }: ProgrammeSettings): Promise<Exclusions | undefined> {
    const rule = exclusionRule(purchase);
    if (!rule) return undefined;
    const stored = await this.stored(shop.merchantId);
    if (stored && isSameRule(stored.rule, rule)) return stored;
    return { rule, productIds: await this.ask(shop, rule) };
  }

  /** As `ofSettings`, for rules that are only tried out. */
  async ofDraft(shop: ShopRef, { purchase }: ProgrammeSettings): Promise<ReadonlySet<number> | undefined> {
    const rule = exclusionRule(purchase);
    if (!rule) return undefined;
    const stored = await this.stored(shop.merchantId);
    if (stored && isSameRule(stored.rule, rule)) return new Set(stored.productIds);
    return new Set(await this.look(shop, rule));
  }

  /** Asks Shopify. Throws `AppError` as `ofSettings` does. */
  async ask(shop: ShopRef, rule: ExclusionRule): Promise<number[]> {
    const productIds = new Set<number>();
    for (const search of productSearches(rule)) {
      let after: string | null = null;
      do {
        const page: AdminResult<ProductPage> = await this.admin.execute(findProducts, {
          shop,
          variables: { search, after },
        });
        if (page.outcome !== 'ok') throw new AppError('shopify-unavailable', undefined, { retryAfterSeconds: 5 });
        const { nodes, pageInfo }: ProductPage['products'] = page.data.products;
        for (const { legacyResourceId } of nodes) productIds.add(legacyResourceId);
        if (productIds.size > productsMax) throw new AppError('invalid-request', tooMany);
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
    }
    return [...productIds].sort((a, b) => a - b);
  }

  private async stored(merchantId: number): Promise<Exclusions | undefined> {
    const found = await this.database.forMerchant(merchantId, (tx) => findExclusions(tx, [merchantId]));
    return found.get(merchantId);
  }

  private look(shop: ShopRef, rule: ExclusionRule): Promise<number[]> {
    const { merchantId } = shop;
    const at = this.clock.now().getTime();
    const text = ruleText(rule);
    const known = this.#looks.get(merchantId);
    if (known && known.text === text && at - known.at < freshMs) return known.productIds;
    const look = { at, text, productIds: this.ask(shop, rule) };
    this.#looks.delete(merchantId);
    this.#looks.set(merchantId, look);
    look.productIds.catch(() => this.#looks.get(merchantId) === look && this.#looks.delete(merchantId));
    const [oldest] = this.#looks.keys();
    if (this.#looks.size > looksMax && oldest !== undefined) this.#looks.delete(oldest);
    return look.productIds;
  }
}

const tooMany = `These tags and collections name more than ${productsMax.toLocaleString('en')} products`;
