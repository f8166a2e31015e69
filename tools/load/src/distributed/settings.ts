import pg from 'pg';

/** Nothing is acknowledged that a power cut could take away. */
const durable = ['fsync', 'synchronous_commit', 'full_page_writes'];

/** PostgreSQL remembers when each transaction was committed, from its next start on. Throws when it is not one for real data. */
export async function keepCommitTimes(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any ($1)',
      [durable],
    );
    const off = rows.filter(({ setting }) => setting !== 'on');
    if (rows.length !== durable.length || off.length > 0) throw new Error(`${durable.join(', ')} must be on`);
    await client.query('alter system set track_commit_timestamp = on');
  } finally {
    await client.end();
  }
}
