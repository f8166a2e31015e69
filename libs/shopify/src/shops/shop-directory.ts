import { textArray } from '@loyalnest/platform/database/arrays';
import { answerMs, Database, isUnavailable, type Tx } from '@loyalnest/platform/database/database';
import type { Provider } from '@nestjs/common';
import { z } from 'zod';

/** A shop as every service knows it, from `merchant.installed.v1` and its like. Times are instants; `timezone` is IANA. */
export const shopSchema = z.object({
  merchantId: z.number().int(),
  shopDomain: z.string(),
  currency: z.string(),
  timezone: z.string(),
  isInstalled: z.boolean(),
});

export type Shop = z.infer<typeof shopSchema>;

type ShopRow = { merchant_id: number; shop_domain: string; currency: string; timezone: string; is_installed: boolean };

const columns = 'merchant_id, shop_domain, currency, timezone, is_installed';

/** How long an installed shop is served from memory: a change in another process is seen after this. */
const freshMs = 5_000;
/** How long one is for whoever brings what Shopify signed, and asks which merchant a shop is (docs/decisions/0013). */
const vouchedMs = 60_000;
/** Shops that are read beside those asked for, because they go stale next: thousands keep doing so under load. */
const besideMax = 32;
/** How long a shop is taken to be installed still while the database is away. */
const rememberedMs = 24 * 60 * 60 * 1_000;
/** A shop that just installed may be known to its owner but not here yet; ask again for this long before saying no. */
const patienceMs = 1_500;
const patienceStepMs = 50;

/** `ageMaxMs`: for how long whoever asks uses what is read. */
type Batch = { shopDomains: Set<string>; ageMaxMs: number; shops: Promise<ReadonlyMap<string, Shop>> };

/** Which merchant a shop domain is. Reads the service's own `shops` table. */
export class ShopDirectory {
  readonly #database: Database;
  readonly #known = new Map<string, { shop: Shop; readAtMs: number }>();
  #batch: Batch | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The shop, or `undefined` if nobody installed LoyalNest there. */
  async findShop(shopDomain: string): Promise<Shop | undefined> {
    return this.recall(shopDomain) ?? this.#read(shopDomain);
  }

  /** An installed shop that was read a moment ago, for callers who come often; `undefined` for any other. */
  recall(shopDomain: string): Shop | undefined {
    return this.#recall(shopDomain, freshMs);
  }

  #recall(shopDomain: string, ageMaxMs: number): Shop | undefined {
    const known = this.#known.get(shopDomain);
    return known && Date.now() - known.readAtMs < ageMaxMs ? known.shop : undefined;
  }

  /**
   * As `findShop`, for deliveries that Shopify signed, which may overtake the news of the installation. What was known of an
   * installed shop a minute ago will do for them: which merchant it is does not change.
   */
  async awaitShop(shopDomain: string): Promise<Shop | undefined> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const shop = this.#recall(shopDomain, vouchedMs) ?? (await this.#read(shopDomain, vouchedMs));
      if (shop || Date.now() >= deadline) return shop;
      await new Promise((resolve) => setTimeout(resolve, patienceStepMs));
    }
  }

  /**
   * The shop if LoyalNest is installed there, for callers whom Shopify vouches for: it does so for installed shops only, so
   * one that is not known as such has just installed, or installed again, and the news is on its way. While the database is
   * away, a shop that was installed within the last day is taken to be so still: whoever is let in then learns no more than
   * what is kept elsewhere of this shop.
   */
  async awaitInstalled(shopDomain: string): Promise<Shop | undefined> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const shop = this.recall(shopDomain) ?? (await this.#readOrRemember(shopDomain));
      if (shop?.isInstalled) return shop;
      if (Date.now() >= deadline) return undefined;
      await new Promise((resolve) => setTimeout(resolve, patienceStepMs));
    }
  }

  async #readOrRemember(shopDomain: string): Promise<Shop | undefined> {
    const known = this.#known.get(shopDomain);
    const reading = this.#read(shopDomain);
    const isRemembered = known && Date.now() - known.readAtMs < rememberedMs;
    return isRemembered ? unlessAway(reading, known.shop) : reading;
  }

  /** Reads together what is asked for in one turn of the event loop. */
  async #read(shopDomain: string, ageMaxMs = freshMs): Promise<Shop | undefined> {
    const batch = (this.#batch ??= this.#openBatch());
    batch.shopDomains.add(shopDomain);
    batch.ageMaxMs = Math.min(batch.ageMaxMs, ageMaxMs);
    return (await batch.shops).get(shopDomain);
  }

  #openBatch(): Batch {
    const shopDomains = new Set<string>();
    const shops = new Promise((resolve) => setImmediate(resolve)).then(() => {
      this.#batch = undefined;
      return this.#readAll([...new Set([...shopDomains, ...this.#goingStale(batch.ageMaxMs)])]);
    });
    const batch: Batch = { shopDomains, ageMaxMs: Infinity, shops };
    return batch;
  }

  /** The oldest of those that have to be read again soon; the known ones are in the order they were read in. */
  #goingStale(ageMaxMs: number): string[] {
    const shopDomains: string[] = [];
    for (const [shopDomain, { readAtMs }] of this.#known) {
      if (shopDomains.length === besideMax || Date.now() - readAtMs < ageMaxMs / 2) break;
      shopDomains.push(shopDomain);
    }
    return shopDomains;
  }

  async #readAll(shopDomains: readonly string[]): Promise<ReadonlyMap<string, Shop>> {
    const rows = await this.#database.forNoMerchant((tx) =>
      tx.queryAndCommit<ShopRow>(
        `select ${columns} from shops where shop_domain = any ($1::text[])`,
        [textArray(shopDomains)],
        'find-shops',
      ),
    );
    const readAtMs = Date.now();
    const shops = rows.map(fromRow);
    // A shop that is not installed is read each time: when it comes back, its first requests must not be refused.
    for (const shopDomain of shopDomains) this.#known.delete(shopDomain);
    for (const shop of shops) if (shop.isInstalled) this.#known.set(shop.shopDomain, { shop, readAtMs });
    return new Map(shops.map((shop) => [shop.shopDomain, shop]));
  }

  /** Every shop, installed or not, by merchant id. */
  async listShops(): Promise<Shop[]> {
    const rows = await this.#database.forNoMerchant((tx) =>
      tx.query<ShopRow>(`select ${columns} from shops order by merchant_id`),
    );
    return rows.map(fromRow);
  }

  /** The shop of a merchant. */
  async findMerchant(tx: Tx, merchantId: number): Promise<Shop | undefined> {
    const [row] = await tx.query<ShopRow>(`select ${columns} from shops where merchant_id = $1`, [merchantId]);
    return row && fromRow(row);
  }

  /**
   * Takes over what an event says of a shop, inside the event's transaction. Two statements: a shop has two unique keys, and
   * `on conflict … do update` looks out for one, so that the other fails when two record a new shop at once.
   */
  async record(tx: Tx, shop: Shop): Promise<void> {
    const values = [shop.merchantId, shop.shopDomain, shop.currency, shop.timezone, shop.isInstalled];
    const added = await tx.execute(
      `insert into shops (merchant_id, shop_domain, currency, timezone, is_installed) values ($1, $2, $3, $4, $5)
       on conflict do nothing`,
      values,
    );
    if (added === 0) {
      await tx.execute(
        'update shops set shop_domain = $2, currency = $3, timezone = $4, is_installed = $5 where merchant_id = $1',
        values,
      );
    }
    this.#known.delete(shop.shopDomain);
  }
}

/** For the module of each service that has a `shops` table. */
export const shopDirectoryProvider: Provider<ShopDirectory> = {
  provide: ShopDirectory,
  useFactory: (database: Database) => new ShopDirectory(database),
  inject: [Database],
};

/** What is read, or what is remembered when PostgreSQL is away or says nothing. */
function unlessAway(reading: Promise<Shop | undefined>, remembered: Shop): Promise<Shop | undefined> {
  return new Promise((resolve, reject) => {
    const silence = setTimeout(resolve, answerMs, remembered);
    void reading
      .then(resolve, (error: unknown) => (isUnavailable(error) ? resolve(remembered) : reject(error as Error)))
      .finally(() => clearTimeout(silence));
  });
}

function fromRow(row: ShopRow): Shop {
  return {
    merchantId: row.merchant_id,
    shopDomain: row.shop_domain,
    currency: row.currency,
    timezone: row.timezone,
    isInstalled: row.is_installed,
  };
}
