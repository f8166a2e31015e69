import { booleanArray, bytesArray, numberArray, textArray, timeArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import { deleteTokens, deleteTokensOfMerchant } from '../search/token.repository.ts';
import { searchVersion } from '../search/tokens.ts';
import type { SealedProfile } from './customer-profile.ts';
import { customerKey, type CustomerKey, type CustomerState, type CustomerStatus } from './customer.ts';

type StateRow = {
  status: CustomerStatus;
  has_account: boolean;
  is_announced: boolean;
  updated_at: Date | null;
  triggered_at: Date | null;
};

/**
 * Locks the customer, whether or not there is a row yet: two first deliveries of one customer must not both find nothing.
 * The merchant is locked before.
 */
export async function lockCustomer(tx: Tx, key: CustomerKey): Promise<CustomerState | undefined> {
  const found = await lockRow(tx, key);
  if (found) return found;
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended($1, 0))`,
    [`customers/${key.merchantId}/${key.customerId}`],
    'lock-new-customer',
  );
  return lockRow(tx, key);
}

async function lockRow(tx: Tx, { merchantId, customerId }: CustomerKey): Promise<CustomerState | undefined> {
  const [row] = await tx.query<StateRow>(
    `select status, has_account, is_announced, updated_at, triggered_at from customers
     where merchant_id = $1 and customer_id = $2 for update`,
    [merchantId, customerId],
    'lock-customer',
  );
  return row && toState(row);
}

export type LockedCustomer = { state: CustomerState; searchDigest: number | null };

/** Locks those of the customers that have a row, in the order of their ids. Relies on the primary key. */
export async function lockCustomers(tx: Tx, keys: readonly CustomerKey[]): Promise<Map<string, LockedCustomer>> {
  const rows = await tx.query<StateRow & { merchant_id: number; customer_id: number; search_digest: number | null }>(
    `select merchant_id, customer_id, status, has_account, is_announced, updated_at, triggered_at, search_digest
     from customers
     join unnest($1::bigint[], $2::bigint[]) as named (merchant_id, customer_id) using (merchant_id, customer_id)
     order by merchant_id, customer_id
     for update of customers`,
    [numberArray(keys.map(({ merchantId }) => merchantId)), numberArray(keys.map(({ customerId }) => customerId))],
    'lock-customers',
  );
  return new Map(
    rows.map((row) => [
      customerKey({ merchantId: row.merchant_id, customerId: row.customer_id }),
      { state: toState(row), searchDigest: row.search_digest },
    ]),
  );
}

export type CustomerWrite = CustomerKey & { state: CustomerState; createdAt: Date; profile: SealedProfile };

const arrivedCustomers = `unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::boolean[], $5::timestamptz[], $6::timestamptz[],
  $7::timestamptz[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], $14::text[], $15::integer[], $16::bigint[])
  as arrived (merchant_id, customer_id, has_account, is_announced, updated_at, triggered_at, created_at,
    email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version, search_digest)`;

/** Says how many got their first row. The others have one by now, from a transaction that was faster. */
export async function insertCustomers(tx: Tx, customers: readonly CustomerWrite[]): Promise<number> {
  if (customers.length === 0) return 0;
  const rows = await tx.query(
    `insert into customers (merchant_id, customer_id, status, has_account, is_announced, updated_at, triggered_at, created_at,
       email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version, search_digest, search_version)
     select merchant_id, customer_id, 'active', has_account, is_announced, updated_at, triggered_at, created_at,
       email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version, search_digest, ${searchVersion}
     from ${arrivedCustomers}
     order by merchant_id, customer_id
     on conflict (merchant_id, customer_id) do nothing
     returning customer_id`,
    parameters(customers),
    'insert-customers',
  );
  return rows.length;
}

/** Writes the newest profiles of active customers, whose rows are locked. */
export async function updateCustomers(tx: Tx, customers: readonly CustomerWrite[]): Promise<void> {
  if (customers.length === 0) return;
  await tx.query(
    `update customers set has_account = arrived.has_account, is_announced = arrived.is_announced,
       updated_at = arrived.updated_at, triggered_at = arrived.triggered_at, created_at = arrived.created_at,
       email = arrived.email, email_hash = arrived.email_hash, phone = arrived.phone, phone_hash = arrived.phone_hash,
       first_name = arrived.first_name, last_name = arrived.last_name, locale = arrived.locale,
       key_version = arrived.key_version, search_digest = arrived.search_digest, search_version = ${searchVersion}
     from ${arrivedCustomers}
     where customers.merchant_id = arrived.merchant_id and customers.customer_id = arrived.customer_id`,
    parameters(customers),
    'update-customers',
  );
}

export async function markAnnounced(tx: Tx, { merchantId, customerId }: CustomerKey): Promise<void> {
  await tx.query('update customers set is_announced = true where merchant_id = $1 and customer_id = $2', [
    merchantId,
    customerId,
  ]);
}

export type Departure = CustomerKey & { status: CustomerStatus; mergedInto: number | null; now: Date };

/** Erases the personal data and leaves a mark, so that late news does not bring the customer back. */
export async function eraseCustomer(tx: Tx, departure: Departure): Promise<void> {
  await tx.query(
    `insert into customers (merchant_id, customer_id, status, merged_into, gone_at, has_account, is_announced)
     values ($1, $2, $3, $4, $5, false, false)
     on conflict (merchant_id, customer_id) do update set
       status = excluded.status, merged_into = excluded.merged_into, gone_at = excluded.gone_at, has_account = false,
       email = null, email_hash = null, phone = null, phone_hash = null, first_name = null, last_name = null, locale = null,
       created_at = null, updated_at = null, triggered_at = null, key_version = null, search_digest = null`,
    [departure.merchantId, departure.customerId, departure.status, departure.mergedInto, departure.now],
  );
  await deleteTokens(tx, [departure]);
}

/** Everything of all customers of a shop, marks included. */
export async function deleteCustomers(tx: Tx, merchantId: number): Promise<number> {
  await deleteTokensOfMerchant(tx, merchantId);
  return tx.execute('delete from customers where merchant_id = $1', [merchantId]);
}

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

/** Locks some of the customers whose search tokens are missing or old. Relies on the index `customers_without_tokens`. */
export async function listUnindexed(tx: Tx, merchantIds: readonly number[], limit: number): Promise<CustomerRecord[]> {
  const rows = await tx.query<RecordRow>(
    `select ${recordColumns} from customers
     where merchant_id = any ($1::bigint[]) and status = 'active' and search_version < ${searchVersion}
     order by merchant_id, customer_id
     limit $2
     for update`,
    [merchantIds, limit],
  );
  return rows.map(toRecord);
}

export async function markIndexed(tx: Tx, customers: readonly (CustomerKey & { digest: number })[]): Promise<void> {
  await tx.query(
    `update customers set search_digest = indexed.digest, search_version = ${searchVersion}
     from unnest($1::bigint[], $2::bigint[], $3::bigint[]) as indexed (merchant_id, customer_id, digest)
     where customers.merchant_id = indexed.merchant_id and customers.customer_id = indexed.customer_id`,
    [
      numberArray(customers.map(({ merchantId }) => merchantId)),
      numberArray(customers.map(({ customerId }) => customerId)),
      numberArray(customers.map(({ digest }) => digest)),
    ],
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

function toState(row: StateRow): CustomerState {
  const newest = row.updated_at && { updatedAt: row.updated_at, triggeredAt: row.triggered_at };
  return { status: row.status, hasAccount: row.has_account, isAnnounced: row.is_announced, newest };
}

function parameters(customers: readonly CustomerWrite[]): string[] {
  return [
    numberArray(customers.map(({ merchantId }) => merchantId)),
    numberArray(customers.map(({ customerId }) => customerId)),
    booleanArray(customers.map(({ state }) => state.hasAccount)),
    booleanArray(customers.map(({ state }) => state.isAnnounced)),
    timeArray(customers.map(({ state }) => state.newest?.updatedAt ?? null)),
    timeArray(customers.map(({ state }) => state.newest?.triggeredAt ?? null)),
    timeArray(customers.map(({ createdAt }) => createdAt)),
    bytesArray(customers.map(({ profile }) => profile.email)),
    bytesArray(customers.map(({ profile }) => profile.emailHash)),
    bytesArray(customers.map(({ profile }) => profile.phone)),
    bytesArray(customers.map(({ profile }) => profile.phoneHash)),
    bytesArray(customers.map(({ profile }) => profile.firstName)),
    bytesArray(customers.map(({ profile }) => profile.lastName)),
    textArray(customers.map(({ profile }) => profile.locale)),
    numberArray(customers.map(({ profile }) => profile.keyVersion)),
    numberArray(customers.map(({ profile }) => profile.search.digest)),
  ];
}
