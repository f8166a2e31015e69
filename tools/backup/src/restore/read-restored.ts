import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { ownerRole, readOwnerPassword } from '@loyalnest/platform/database/embedded/cluster';
import pg from 'pg';

export type Restored = {
  /** When the last transaction that came back was committed; undefined when the log brought none. */
  lastCommitAt: Date | undefined;
  /** Of all databases together. */
  bytes: number;
};

/** The owner's connection to a restored server on this machine: with the password that came back with it. */
export function restoredUrl(options: { dataDir: string; port: number; outsideUrl?: string | undefined }): string {
  const { dataDir, port, outsideUrl } = options;
  if (isEmbedded(dataDir)) return `postgres://${ownerRole}:${readOwnerPassword(dataDir)}@127.0.0.1:${port}/loyalnest`;
  if (!outsideUrl)
    throw new UserError('the backup is of an outside PostgreSQL; set DATABASE_URL, whose user and password it has too');
  const url = new URL(outsideUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  url.search = '';
  return url.toString();
}

/** Of a server that `./dev.sh` had made. */
export function isEmbedded(dataDir: string): boolean {
  return existsSync(join(dataDir, 'owner-password'));
}

export async function readRestored(options: {
  dataDir: string;
  port: number;
  outsideUrl?: string | undefined;
}): Promise<Restored> {
  const client = new pg.Client({ connectionString: restoredUrl(options) });
  await client.connect();
  try {
    const { rows } = await client.query<{ last_commit_at: Date | null; bytes: string }>(
      `select pg_last_xact_replay_timestamp() as last_commit_at, sum(pg_database_size(oid)) as bytes from pg_database`,
    );
    return { lastCommitAt: rows[0]?.last_commit_at ?? undefined, bytes: Number(rows[0]?.bytes) };
  } finally {
    await client.end();
  }
}
