import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Merchant, MerchantProfile } from './merchant.ts';

type Row = {
  merchant_id: number;
  shop_domain: string;
  name: string;
  currency: string;
  timezone: string;
  shopify_plan: string;
  is_installed: boolean;
  installed_at: Date;
  confirmed_at: Date;
  uninstalled_at: Date | null;
  redacted_at: Date | null;
  shopify_updated_at: Date | null;
};

const columns =
  'merchant_id, shop_domain, name, currency, timezone, shopify_plan, is_installed, installed_at, confirmed_at, uninstalled_at, redacted_at, shopify_updated_at';

/** Needs no stated merchant: the routing policy shows every row. */
export async function findMerchantId(tx: Tx, shopDomain: string): Promise<number | undefined> {
  const [row] = await tx.query<{ merchant_id: number }>('select merchant_id from merchants where shop_domain = $1', [
    shopDomain,
  ]);
  return row?.merchant_id;
}

export async function findMerchant(tx: Tx, merchantId: number): Promise<Merchant | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from merchants where merchant_id = $1`, [merchantId]);
  return row && fromRow(row);
}

export async function nextMerchantId(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ id: number }>(`select nextval('merchant_ids') as id`);
  if (!row) throw new Error('the sequence gave no id');
  return row.id;
}

/** Ids of all merchants, redacted ones too. */
export async function listMerchantIds(tx: Tx): Promise<number[]> {
  const rows = await tx.query<{ merchant_id: number }>('select merchant_id from merchants order by merchant_id');
  return rows.map((row) => row.merchant_id);
}

/** Merchants after an id, in its order. Relies on the primary key. */
export async function listMerchants(tx: Tx, page: { afterMerchantId: number; limit: number }): Promise<Merchant[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from merchants where merchant_id > $1 and redacted_at is null order by merchant_id limit $2`,
    [page.afterMerchantId, page.limit],
  );
  return rows.map(fromRow);
}

/** Locks the merchant's row; whatever changes a merchant holds it first. */
export async function lockMerchant(tx: Tx, merchantId: number): Promise<Merchant | undefined> {
  const [row] = await tx.query<Row>(`select ${columns} from merchants where merchant_id = $1 for update`, [merchantId]);
  return row && fromRow(row);
}

/** What work on customers needs to know of their merchant. */
export type SharedMerchant = { installedAt: Date; redactedAt: Date | null };

/** Holds merchants for work on their customers: meanwhile nothing of them is erased. */
export async function shareMerchants(tx: Tx, merchantIds: readonly number[]): Promise<Map<number, SharedMerchant>> {
  const rows = await tx.query<{ merchant_id: number; installed_at: Date; redacted_at: Date | null }>(
    `select merchant_id, installed_at, redacted_at from merchants where merchant_id = any ($1::bigint[])
     order by merchant_id for key share`,
    [numberArray(merchantIds)],
    'share-merchants',
  );
  return new Map(rows.map((row) => [row.merchant_id, { installedAt: row.installed_at, redactedAt: row.redacted_at }]));
}

/** Inserts unless the shop is a merchant already; then waits for whoever is making it one, and says false. */
export async function insertMerchant(
  tx: Tx,
  merchant: MerchantProfile & { merchantId: number; shopDomain: string; installedAt: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into merchants (merchant_id, shop_domain, name, currency, timezone, shopify_plan, is_installed, installed_at, confirmed_at)
     values ($1, $2, $3, $4, $5, $6, true, $7, $7)
     on conflict (shop_domain) do nothing
     returning merchant_id`,
    [
      merchant.merchantId,
      merchant.shopDomain,
      merchant.name,
      merchant.currency,
      merchant.timezone,
      merchant.shopifyPlan,
      merchant.installedAt,
    ],
  );
  return rows.length > 0;
}

/** Writes everything but the id and the domain. The row is locked by the caller. */
export async function updateMerchant(tx: Tx, merchant: Merchant): Promise<void> {
  await tx.query(
    `update merchants set name = $2, currency = $3, timezone = $4, shopify_plan = $5, is_installed = $6, installed_at = $7,
       confirmed_at = $8, uninstalled_at = $9, redacted_at = $10, shopify_updated_at = $11,
       staff_roles = case when $10::timestamptz is null then staff_roles else '{}' end
     where merchant_id = $1`,
    [
      merchant.merchantId,
      merchant.name,
      merchant.currency,
      merchant.timezone,
      merchant.shopifyPlan,
      merchant.isInstalled,
      merchant.installedAt,
      merchant.confirmedAt,
      merchant.uninstalledAt,
      merchant.redactedAt,
      merchant.shopifyUpdatedAt,
    ],
  );
}

function fromRow(row: Row): Merchant {
  return {
    merchantId: row.merchant_id,
    shopDomain: row.shop_domain,
    name: row.name,
    currency: row.currency,
    timezone: row.timezone,
    shopifyPlan: row.shopify_plan,
    isInstalled: row.is_installed,
    installedAt: row.installed_at,
    confirmedAt: row.confirmed_at,
    uninstalledAt: row.uninstalled_at,
    redactedAt: row.redacted_at,
    shopifyUpdatedAt: row.shopify_updated_at,
  };
}
