import pg from 'pg';

/** Orders numbered from `firstOrderId` on that the ledger holds points of. */
export async function countPosted(ownerUrl: string, firstOrderId: number): Promise<number> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ posted: number }>(
      `select count(*)::int as posted
       from points.orders
       join points.points_transactions using (merchant_id, customer_id, order_id)
       where order_id >= $1 and kind = 'earn'`,
      [firstOrderId],
    );
    return rows[0]?.posted ?? 0;
  } finally {
    await client.end();
  }
}
