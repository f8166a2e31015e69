import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { searchVersion } from '../search/tokens.ts';
import type { SealedProfile } from './customer-profile.ts';
import type { CustomerKey, CustomerStatus } from './customer.ts';

/** A customer as stored: names and contacts are ciphertexts. */
export type CustomerRecord = CustomerKey &
  Omit<SealedProfile, 'emailHash' | 'phoneHash' | 'search' | 'keyVersion'> & {
    status: CustomerStatus;
    hasAccount: boolean;
    createdAt: Date | null;
    updatedAt: Date | null;
  };

type RecordRow = {
  merchant_id: number;
  customer_id: number;
  status: CustomerStatus;
  email: Buffer | null;
  phone: Buffer | null;
  first_name: Buffer | null;
  last_name: Buffer | null;
  locale: string | null;
  has_account: boolean;
  created_at: Date | null;
  updated_at: Date | null;
};

const recordColumns =
  'merchant_id, customer_id, status, email, phone, first_name, last_name, locale, has_account, created_at, updated_at';

export async function findCustomer(
  tx: Tx,
  { merchantId, customerId }: CustomerKey,
): Promise<CustomerRecord | undefined> {
  const [row] = await tx.query<RecordRow>(
    `select ${recordColumns} from customers where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId],
  );
  return row && toRecord(row);
}

/** Those of the customers that have a row, gone ones too. Relies on the primary key. */
export async function findCustomers(
  tx: Tx,
  merchantId: number,
  customerIds: readonly number[],
): Promise<CustomerRecord[]> {
  const rows = await tx.query<RecordRow>(
    `select ${recordColumns} from customers where merchant_id = $1 and customer_id = any ($2::bigint[])`,
    [merchantId, numberArray(customerIds)],
    'find-customers',
  );
  return rows.map(toRecord);
}

/** Shops are messy: two customers may share an address. More than these is nobody's family. */
const matchesMax = 20;

/** Relies on the indexes `customers_by_email` and `customers_by_phone`. */
export async function findCustomersByHash(
  tx: Tx,
  merchantId: number,
  { column, hash }: { column: 'email_hash' | 'phone_hash'; hash: Buffer },
): Promise<CustomerRecord[]> {
  const rows = await tx.query<RecordRow>(
    `select ${recordColumns} from customers where merchant_id = $1 and ${column} = $2 order by customer_id limit ${matchesMax}`,
    [merchantId, hash],
  );
  return rows.map(toRecord);
}

/**
 * Locks some of the customers whose search tokens are missing or old, and waits for none: whoever writes to one makes its
 * tokens. Relies on the index `customers_without_tokens`.
 */
export async function listUnindexed(tx: Tx, merchantIds: readonly number[], limit: number): Promise<CustomerRecord[]> {
  const rows = await tx.query<RecordRow>(
    `select ${recordColumns} from customers
     where merchant_id = any ($1::bigint[]) and status = 'active' and search_version < ${searchVersion}
     limit $2
     for update skip locked`,
    [merchantIds, limit],
  );
  return rows.map(toRecord);
}

export async function markIndexed(tx: Tx, customer: CustomerKey & { digest: number }): Promise<void> {
  await tx.query(
    `update customers set search_digest = $3, search_version = ${searchVersion} where merchant_id = $1 and customer_id = $2`,
    [customer.merchantId, customer.customerId, customer.digest],
    'mark-indexed',
  );
}

function toRecord(row: RecordRow): CustomerRecord {
  return {
    merchantId: row.merchant_id,
    customerId: row.customer_id,
    status: row.status,
    email: row.email,
    phone: row.phone,
    firstName: row.first_name,
    lastName: row.last_name,
    locale: row.locale,
    hasAccount: row.has_account,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
