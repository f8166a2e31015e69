import type { Tx } from '@loyalnest/platform/database/database';
import type { SealedProfile } from './customer-profile.ts';
import type { CustomerKey, CustomerState, CustomerStatus } from './customer.ts';

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
  if (!row) return undefined;
  const newest = row.updated_at && { updatedAt: row.updated_at, triggeredAt: row.triggered_at };
  return { status: row.status, hasAccount: row.has_account, isAnnounced: row.is_announced, newest };
}

export type CustomerWrite = CustomerKey & { state: CustomerState; createdAt: Date; profile: SealedProfile };

export async function insertCustomer(tx: Tx, customer: CustomerWrite): Promise<void> {
  await tx.query(
    `insert into customers (merchant_id, customer_id, status, has_account, is_announced, updated_at, triggered_at, created_at,
       email, email_hash, phone, phone_hash, first_name, last_name, locale, key_version)
     values ($1, $2, 'active', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    parameters(customer),
    'insert-customer',
  );
}

/** Writes the newest profile of an active customer, whose row is locked. */
export async function updateCustomer(tx: Tx, customer: CustomerWrite): Promise<void> {
  await tx.query(
    `update customers set has_account = $3, is_announced = $4, updated_at = $5, triggered_at = $6, created_at = $7,
       email = $8, email_hash = $9, phone = $10, phone_hash = $11, first_name = $12, last_name = $13, locale = $14,
       key_version = $15
     where merchant_id = $1 and customer_id = $2`,
    parameters(customer),
    'update-customer',
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
       created_at = null, updated_at = null, triggered_at = null, key_version = null`,
    [departure.merchantId, departure.customerId, departure.status, departure.mergedInto, departure.now],
  );
}

/** Everything of all customers of a shop, marks included. */
export function deleteCustomers(tx: Tx, merchantId: number): Promise<number> {
  return tx.execute('delete from customers where merchant_id = $1', [merchantId]);
}

export type CustomerRecord = CustomerKey &
  Omit<SealedProfile, 'emailHash' | 'phoneHash' | 'keyVersion'> & {
    status: CustomerStatus;
    hasAccount: boolean;
    createdAt: Date | null;
    updatedAt: Date | null;
  };

type RecordRow = {
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
  'customer_id, status, email, phone, first_name, last_name, locale, has_account, created_at, updated_at';

export async function findCustomer(
  tx: Tx,
  { merchantId, customerId }: CustomerKey,
): Promise<CustomerRecord | undefined> {
  const [row] = await tx.query<RecordRow>(
    `select ${recordColumns} from customers where merchant_id = $1 and customer_id = $2`,
    [merchantId, customerId],
  );
  return row && toRecord(merchantId, row);
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
  return rows.map((row) => toRecord(merchantId, row));
}

function toRecord(merchantId: number, row: RecordRow): CustomerRecord {
  return {
    merchantId,
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

function parameters({ merchantId, customerId, state, createdAt, profile }: CustomerWrite): unknown[] {
  return [
    merchantId,
    customerId,
    state.hasAccount,
    state.isAnnounced,
    state.newest?.updatedAt ?? null,
    state.newest?.triggeredAt ?? null,
    createdAt,
    profile.email,
    profile.emailHash,
    profile.phone,
    profile.phoneHash,
    profile.firstName,
    profile.lastName,
    profile.locale,
    profile.keyVersion,
  ];
}
