import { defaultProgrammeSettings } from '@loyalnest/contracts/programme';
import pg from 'pg';
import { customerCount, customerIdOf, loneMerchant, merchantOf, shopDomainOf } from '../orders/population.ts';

/**
 * Writes the shops that the door knows, their programmes, and an empty balance for every customer, so that the ledger
 * still adds up. As the owner and in sets: how fast this goes is not what is measured.
 */
export async function prepareShops(ownerUrl: string): Promise<void> {
  const merchants = Array.from({ length: loneMerchant }, (_, index) => index + 1);
  const customers = Array.from({ length: 2 * customerCount }, (_, index) => index);
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(
      `insert into points.shops (merchant_id, shop_domain, currency, timezone)
       select merchant_id, shop_domain, 'EUR', 'UTC'
       from unnest($1::bigint[], $2::text[]) as shop (merchant_id, shop_domain)`,
      [merchants, merchants.map(shopDomainOf)],
    );
    await client.query(
      `insert into points.program_settings (merchant_id, version, settings, changed_by, created_at)
       select merchant_id, 1, $1, 'bench', now() from points.shops`,
      [JSON.stringify(defaultProgrammeSettings)],
    );
    await client.query('update points.settings_epoch set epoch = epoch + 1');
    await client.query(
      `insert into points.customer_balances (merchant_id, customer_id)
       select * from unnest($1::bigint[], $2::bigint[])`,
      [customers.map(merchantOf), customers.map(customerIdOf)],
    );
    // What is empty is left as a new database has it. PostgreSQL takes a table that was analyzed while empty for one that stays so, and
    // keeps plans that read all orders of a merchant until it analyzes it again.
    await client.query('vacuum analyze points.shops, points.program_settings, points.customer_balances');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
