import type { Database, Tx } from '@loyalnest/platform/database/database';
import { checkAccounts } from './account-checks.ts';
import { checkEvents } from './event-check.ts';
import { Findings } from './findings.ts';
import { checkKeys } from './key-check.ts';
import { checkOrders } from './order-check.ts';
import { checkRedemptions } from './redemption-check.ts';
import { onSnapshot } from './snapshot.ts';

/** Merchants that one transaction looks at: enough to make small ones cheap, few enough to end soon. */
const batchMax = 500;

/**
 * Checks the ledger of these merchants, each on one unchanging view of its rows, and reports every difference. Changes
 * nothing, in the ledger or elsewhere.
 */
export async function verifyLedger(
  database: Database,
  { merchantIds, now }: { merchantIds: readonly number[]; now: Date },
): Promise<Findings> {
  const findings = new Findings(merchantIds);
  for (let start = 0; start < merchantIds.length; start += batchMax) {
    const batch = merchantIds.slice(start, start + batchMax);
    await onSnapshot(database, batch, (tx) => checkAll(tx, batch, { findings, now }));
  }
  return findings;
}

/** Every check, on the view that the transaction has. */
export async function checkAll(
  tx: Tx,
  merchantIds: readonly number[],
  { findings, now }: { findings: Findings; now: Date },
): Promise<void> {
  await checkAccounts(tx, merchantIds, findings);
  await checkRedemptions(tx, merchantIds, findings);
  await checkOrders(tx, merchantIds, findings);
  await checkKeys(tx, merchantIds, findings);
  await checkEvents(tx, merchantIds, { service: 'points', findings, now });
}

export type ProvenShop = { merchantId: number; shopDomain: string };

/** All shops, or the one of this domain. */
export async function findShops(database: Database, shopDomain?: string): Promise<ProvenShop[]> {
  const rows = await database.forNoMerchant((tx) =>
    tx.query<{ merchant_id: number; shop_domain: string }>(
      `select merchant_id, shop_domain from shops where $1::text is null or shop_domain = $1 order by merchant_id`,
      [shopDomain ?? null],
    ),
  );
  return rows.map((row) => ({ merchantId: row.merchant_id, shopDomain: row.shop_domain }));
}
