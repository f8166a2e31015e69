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

/**
 * Locks those of the customers that have a row, in the order of their ids. Lateral, so that each is looked up by the primary
 * key: under row-level security the planner takes the customers of the stated merchants for few, and would read them all.
 */
export async function lockCustomers(tx: Tx, keys: readonly CustomerKey[]): Promise<Map<string, LockedCustomer>> {
  const distinct = [...new Map(keys.map((key) => [customerKey(key), key])).values()];
  const inOrder = distinct.sort((a, b) => a.merchantId - b.merchantId || a.customerId - b.customerId);
  const rows = await tx.query<StateRow & { merchant_id: number; customer_id: number; search_digest: number | null }>(
    `select found.*
     from unnest($1::bigint[], $2::bigint[]) as named (merchant_id, customer_id)
     cross join lateral (
       select merchant_id, customer_id, status, has_account, is_announced, updated_at, triggered_at, search_digest
       from customers
       where customers.merchant_id = named.merchant_id and customers.customer_id = named.customer_id
       for update
     ) as found`,
    [
      numberArray(inOrder.map(({ merchantId }) => merchantId)),
      numberArray(inOrder.map(({ customerId }) => customerId)),
    ],
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

const insertCustomersSql = `insert into customers (merchant_id, customer_id, status, has_account, is_announced, updated_at,
  triggered_at, created_at, email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version, search_digest,
  search_version)
select merchant_id, customer_id, 'active', has_account, is_announced, updated_at, triggered_at, created_at,
  email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version, search_digest, ${searchVersion}
from unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::boolean[], $5::timestamptz[], $6::timestamptz[],
  $7::timestamptz[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::bytea[], $14::text[], $15::integer[], $16::bigint[])
  as arrived (merchant_id, customer_id, has_account, is_announced, updated_at, triggered_at, created_at,
    email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version, search_digest)
order by merchant_id, customer_id`;

/** Says how many got their first row. The others have one by now, from a transaction that was faster. */
export async function insertCustomers(tx: Tx, customers: readonly CustomerWrite[]): Promise<number> {
  if (customers.length === 0) return 0;
  const rows = await tx.query(
    `${insertCustomersSql}
     on conflict (merchant_id, customer_id) do nothing
     returning customer_id`,
    parameters(customers),
    'insert-customers',
  );
  return rows.length;
}

/**
 * Writes the newest profiles of active customers, whose rows are locked. As an insert that always meets its row, because that
 * looks into the primary key once for each; see `lockCustomers`.
 */
export async function updateCustomers(tx: Tx, customers: readonly CustomerWrite[]): Promise<void> {
  if (customers.length === 0) return;
  await tx.query(
    `${insertCustomersSql}
     on conflict (merchant_id, customer_id) do update set has_account = excluded.has_account,
       is_announced = excluded.is_announced, updated_at = excluded.updated_at, triggered_at = excluded.triggered_at,
       created_at = excluded.created_at, email = excluded.email, email_hash = excluded.email_hash, phone = excluded.phone,
       phone_hash = excluded.phone_hash, first_name = excluded.first_name, last_name = excluded.last_name,
       locale = excluded.locale, key_version = excluded.key_version, search_digest = excluded.search_digest,
       search_version = excluded.search_version`,
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
