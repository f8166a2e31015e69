import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database, type Tx } from '@loyalnest/platform/database/database';
import type { Job } from '@loyalnest/platform/jobs/job';
import { Injectable } from '@nestjs/common';
import { customerContext } from '../customers/customer-profile.ts';
import { forMerchantPages } from '../merchants/merchant-pages.ts';
import { resultContext } from '../privacy/fulfilment.ts';
import { bodyContext } from '../webhooks/webhook-failures.ts';

/** Rows of one transaction: decrypting and encrypting them takes some milliseconds, for which they are locked. */
const batchMax = 200;

type Row = Record<string, unknown>;

/** A table with ciphertexts, and where each of them belongs. */
type EncryptedTable = {
  table: string;
  key: readonly string[];
  columns: readonly string[];
  contextOf: (row: Row, column: string) => string;
};

const tables: readonly EncryptedTable[] = [
  {
    table: 'customers',
    key: ['merchant_id', 'customer_id'],
    columns: ['email', 'phone', 'first_name', 'last_name'],
    contextOf: (row, column) =>
      customerContext({ merchantId: row['merchant_id'] as number, customerId: row['customer_id'] as number }, column),
  },
  {
    table: 'gdpr_requests',
    key: ['merchant_id', 'request_id'],
    columns: ['result'],
    contextOf: (row) =>
      resultContext({ merchantId: row['merchant_id'] as number, requestId: row['request_id'] as number }),
  },
  {
    table: 'webhook_failures',
    key: ['merchant_id', 'topic', 'webhook_id'],
    columns: ['body'],
    contextOf: (row) =>
      bodyContext({
        merchantId: row['merchant_id'] as number,
        topic: row['topic'] as string,
        webhookId: row['webhook_id'] as string,
      }),
  },
];

/** After a rotation, encrypts with the current key what older keys encrypted, so that those can be retired. */
@Injectable()
export class ReencryptionJob implements Job {
  readonly name = 'reencrypt';
  readonly schedule = { cron: '40 * * * *' };

  constructor(
    private readonly database: Database,
    private readonly encryption: Encryption,
  ) {}

  async run(): Promise<void> {
    const version = await this.encryption.currentVersion();
    await forMerchantPages(this.database, async (merchantIds) => {
      for (const table of tables) await this.reencrypt(table, merchantIds, version);
    });
  }

  private async reencrypt(table: EncryptedTable, merchantIds: readonly number[], version: number): Promise<void> {
    for (;;) {
      const count = await this.database.forMerchants(merchantIds, (tx) =>
        this.reencryptBatch(tx, table, merchantIds, version),
      );
      if (count < batchMax) return;
    }
  }

  private async reencryptBatch(
    tx: Tx,
    table: EncryptedTable,
    merchantIds: readonly number[],
    version: number,
  ): Promise<number> {
    const rows = await tx.query(
      `select ${[...table.key, ...table.columns].join(', ')} from ${table.table}
       where merchant_id = any ($1::bigint[]) and key_version < $2
       order by ${table.key.join(', ')}
       limit ${batchMax}
       for update`,
      [merchantIds, version],
    );
    for (const row of rows) await this.reencryptRow(tx, table, row, version);
    return rows.length;
  }

  private async reencryptRow(
    tx: Tx,
    { table, key, columns, contextOf }: EncryptedTable,
    row: Row,
    version: number,
  ): Promise<void> {
    const values: unknown[] = [];
    for (const column of columns) {
      const context = contextOf(row, column);
      const old = row[column] as Buffer | null;
      values.push(old && (await this.encryption.encrypt(await this.encryption.decrypt(old, context), context)));
    }
    const assignments = columns.map((column, index) => `${column} = $${index + 2}`);
    const matches = key.map((column, index) => `${column} = $${index + 2 + columns.length}`);
    await tx.query(`update ${table} set key_version = $1, ${assignments.join(', ')} where ${matches.join(' and ')}`, [
      version,
      ...values,
      ...key.map((column) => row[column]),
    ]);
  }
}
