import type { Database, Tx } from '../database/database.ts';
import { oldestOf, type Encryption } from './encryption.ts';

/** Rows of one transaction: decrypting and encrypting them takes some milliseconds, for which they are locked. */
const batchMax = 200;

type Row = Record<string, unknown>;

/** A table with ciphertexts, and where each of them belongs. Its key begins with `merchant_id`. */
export type EncryptedTable = {
  table: string;
  key: readonly string[];
  columns: readonly string[];
  /** Column with the version of the oldest key that the row needs; without one, the ciphertexts are looked at. */
  versionColumn?: string;
  contextOf: (row: Row, column: string) => string;
};

export type Reencryption = { database: Database; encryption: Encryption; merchantIds: readonly number[] };

/**
 * Encrypts with the current key what older keys encrypted for these merchants, so that those keys can be retired. Rows that
 * somebody else is writing are left to the next run: what is written is encrypted with a current key.
 */
export async function reencryptTable(work: Reencryption, table: EncryptedTable): Promise<void> {
  let count: number;
  do {
    count = await work.database.forMerchants(work.merchantIds, (tx) => reencryptBatch(tx, work, table));
  } while (count === batchMax);
}

async function reencryptBatch(
  tx: Tx,
  { encryption, merchantIds }: Reencryption,
  table: EncryptedTable,
): Promise<number> {
  const { key, columns, versionColumn } = table;
  const version = await encryption.currentVersion();
  const isOld = versionColumn ? `${versionColumn} < $2` : columns.map((column) => `${column} < $2`).join(' or ');
  const rows = await tx.query(
    `select ${[...key, ...columns].join(', ')} from ${table.table}
     where merchant_id = any ($1::bigint[]) and (${isOld})
     limit ${batchMax}
     for update skip locked`,
    [merchantIds, versionColumn ? version : oldestOf(version)],
  );
  for (const row of rows) await reencryptRow(tx, encryption, { table, row, version });
  return rows.length;
}

async function reencryptRow(
  tx: Tx,
  encryption: Encryption,
  {
    table: { table, key, columns, versionColumn, contextOf },
    row,
    version,
  }: { table: EncryptedTable; row: Row; version: number },
): Promise<void> {
  const changes = new Map<string, unknown>();
  for (const column of columns) {
    const context = contextOf(row, column);
    const old = row[column] as Buffer | null;
    changes.set(column, old && (await encryption.encrypt(await encryption.decrypt(old, context), context)));
  }
  if (versionColumn) changes.set(versionColumn, version);
  const assignments = [...changes.keys()].map((column, index) => `${column} = $${index + 1}`);
  const matches = key.map((column, index) => `${column} = $${index + 1 + changes.size}`);
  await tx.query(`update ${table} set ${assignments.join(', ')} where ${matches.join(' and ')}`, [
    ...changes.values(),
    ...key.map((column) => row[column]),
  ]);
}
