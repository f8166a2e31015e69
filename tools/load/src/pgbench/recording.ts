import { Tx } from '@loyalnest/platform/database/database';
import { createPool } from '@loyalnest/platform/database/pool';
import { postOrders } from '@loyalnest/points/intake/order-batch';
import { orderFacts, shopifyOrderSchema } from '@loyalnest/points/orders/shopify-order';
import { ProgrammeCache } from '@loyalnest/points/programme/programme.repository';
import type pg from 'pg';
import { customerIdOf, merchantOf, shopDomainOf } from '../orders/population.ts';
import { shopifyOrder } from '../orders/shopify-order.ts';

export type Statement = { text: string; values: readonly string[] };

/** Numbers that occur in the recorded parameters for one reason only, each. */
const customer = 99_999;
export const sampleIds = {
  merchant_id: merchantOf(customer),
  customer_id: customerIdOf(customer),
  order_id: 6_900_000_000_007,
  transfer_id: 8_800_000_000_003,
} as const;

/**
 * Posts one order as the server does and takes down what it asks of PostgreSQL, so that pgbench can be given the very same
 * statements and parameters. Leaves no trace.
 */
export async function recordPosting(pointsUrl: string): Promise<Statement[]> {
  const pool = createPool({ connectionString: pointsUrl, max: 1, applicationName: 'loyalnest-bench' });
  const client = await pool.connect();
  try {
    await client.query(`begin; set local loyalnest.merchant_ids = '${sampleIds.merchant_id}'`);
    const programmes = await knownProgrammes(new Tx(client));
    const statements: Statement[] = [];
    const { refused } = await postOrders([sampleArrival()], {
      tx: recordingTx(client, statements),
      now: new Date(),
      programmes,
      nextTransferId: () => sampleIds.transfer_id,
    });
    await client.query('rollback');
    for (const { error } of refused) throw error;
    return statements;
  } finally {
    client.release();
    await pool.end();
  }
}

/** Commits nothing: the statement that would take the commit along is run like the others. */
function recordingTx(client: pg.PoolClient, statements: Statement[]): Tx {
  const tx = new Tx(client);
  const query = (text: string, values: readonly unknown[] = [], name?: string) => {
    statements.push({ text, values: values.map(String) });
    return tx.query(text, values, name);
  };
  return { query, queryAndCommit: query, onCommit: () => undefined } as unknown as Tx;
}

/** The server has programmes in memory after a merchant's first order. */
async function knownProgrammes(tx: Tx): Promise<ProgrammeCache> {
  const [row] = await tx.query<{ epoch: number }>('select epoch from settings_epoch');
  const programmes = new ProgrammeCache();
  if (!row) throw new Error('settings_epoch has no row');
  await programmes.load(tx, [sampleIds.merchant_id], row.epoch);
  return programmes;
}

function sampleArrival() {
  const order = shopifyOrder({
    orderId: sampleIds.order_id,
    customerId: sampleIds.customer_id,
    number: 1_000_007,
    shopDomain: shopDomainOf(sampleIds.merchant_id),
    articles: [
      { title: 'Linen shirt', priceMinor: 4_990, quantity: 1 },
      { title: 'Ceramic mug, 350 ml', priceMinor: 1_240, quantity: 2 },
    ],
    shippingMinor: 490,
    at: new Date(),
  });
  const facts = orderFacts(shopifyOrderSchema.parse(order));
  return { merchantId: sampleIds.merchant_id, orderId: sampleIds.order_id, facts };
}
