import type { Tx } from '@loyalnest/platform/database/database';
import type { RequestKind, RequestStatus } from './gdpr-request.ts';

export type RequestKey = { merchantId: number; requestId: number };

export type GdprRequest = RequestKey & {
  kind: RequestKind;
  customerId: number | null;
  status: RequestStatus;
  attempts: number;
  receivedAt: Date;
  completedAt: Date | null;
  retentionExpiresAt: Date;
};

type Row = {
  merchant_id: number;
  request_id: number;
  kind: RequestKind;
  customer_id: number | null;
  status: RequestStatus;
  attempts: number;
  received_at: Date;
  completed_at: Date | null;
  retention_expires_at: Date;
};

/** A screen, or a run of the retry job, takes no more at once. */
const listMax = 250;

const columns =
  'merchant_id, request_id, kind, customer_id, status, attempts, received_at, completed_at, retention_expires_at';

export type NewRequest = {
  merchantId: number;
  kind: RequestKind;
  customerId: number | null;
  sourceKey: string;
  receivedAt: Date;
  retentionExpiresAt: Date;
};

/** `undefined` if the request came before; waits for whoever is fulfilling it. */
export async function insertRequest(tx: Tx, request: NewRequest): Promise<GdprRequest | undefined> {
  const [row] = await tx.query<Row>(
    `insert into gdpr_requests
       (merchant_id, kind, customer_id, source_key, status, next_attempt_at, received_at, retention_expires_at)
     values ($1, $2, $3, $4, 'pending', $5, $5, $6)
     on conflict (merchant_id, kind, source_key) do nothing
     returning ${columns}`,
    [
      request.merchantId,
      request.kind,
      request.customerId,
      request.sourceKey,
      request.receivedAt,
      request.retentionExpiresAt,
    ],
  );
  return row && fromRow(row);
}

/** Requests that are due for another try. Relies on the index `gdpr_requests_due`. */
export async function listDueRequests(tx: Tx, merchantIds: readonly number[], now: Date): Promise<RequestKey[]> {
  const rows = await tx.query<{ merchant_id: number; request_id: number }>(
    `select merchant_id, request_id from gdpr_requests
     where merchant_id = any ($1::bigint[]) and status = 'pending' and next_attempt_at <= $2
     order by next_attempt_at
     limit ${listMax}`,
    [merchantIds, now],
  );
  return rows.map((row) => ({ merchantId: row.merchant_id, requestId: row.request_id }));
}

/** The request, if it is still due. The merchant is locked before. */
export async function lockDueRequest(
  tx: Tx,
  { merchantId, requestId }: RequestKey,
  now: Date,
): Promise<GdprRequest | undefined> {
  const [row] = await tx.query<Row>(
    `select ${columns} from gdpr_requests
     where merchant_id = $1 and request_id = $2 and status = 'pending' and next_attempt_at <= $3
     for update`,
    [merchantId, requestId, now],
  );
  return row && fromRow(row);
}

export type Completion = {
  status: 'completed' | 'superseded';
  now: Date;
  result: { body: Buffer; keyVersion: number } | null;
};

export async function completeRequest(tx: Tx, { merchantId, requestId }: RequestKey, done: Completion): Promise<void> {
  await tx.query(
    `update gdpr_requests set status = $3, completed_at = $4, attempts = attempts + 1, next_attempt_at = null, last_error = null,
       result = $5, key_version = $6
     where merchant_id = $1 and request_id = $2`,
    [merchantId, requestId, done.status, done.now, done.result?.body ?? null, done.result?.keyVersion ?? null],
  );
}

/** Without a next attempt the request has failed for good and waits for a person. */
export async function failRequest(
  tx: Tx,
  { merchantId, requestId }: RequestKey,
  failure: { error: string; nextAttemptAt: Date | undefined },
): Promise<void> {
  await tx.query(
    `update gdpr_requests set status = $3, attempts = attempts + 1, next_attempt_at = $4, last_error = $5
     where merchant_id = $1 and request_id = $2`,
    [merchantId, requestId, failure.nextAttemptAt ? 'pending' : 'failed', failure.nextAttemptAt ?? null, failure.error],
  );
}

/** Newest first. */
export async function listRequests(tx: Tx, merchantId: number): Promise<GdprRequest[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from gdpr_requests where merchant_id = $1 order by request_id desc limit ${listMax}`,
    [merchantId],
  );
  return rows.map(fromRow);
}

export async function findResult(tx: Tx, { merchantId, requestId }: RequestKey): Promise<Buffer | undefined> {
  const [row] = await tx.query<{ result: Buffer | null }>(
    'select result from gdpr_requests where merchant_id = $1 and request_id = $2',
    [merchantId, requestId],
  );
  return row?.result ?? undefined;
}

/** What was collected about a customer goes with the customer. */
export async function eraseResultsOf(tx: Tx, merchantId: number, customerId: number): Promise<void> {
  await tx.query(
    'update gdpr_requests set result = null, key_version = null where merchant_id = $1 and customer_id = $2',
    [merchantId, customerId],
  );
}

export async function deleteOtherRequests(tx: Tx, { merchantId, requestId }: RequestKey): Promise<void> {
  await tx.query('delete from gdpr_requests where merchant_id = $1 and request_id <> $2', [merchantId, requestId]);
}

/** Relies on the index `gdpr_requests_by_retention`. */
export function deleteExpiredRequests(tx: Tx, merchantIds: readonly number[], now: Date): Promise<number> {
  return tx.execute(
    `delete from gdpr_requests
     where merchant_id = any ($1::bigint[]) and retention_expires_at <= $2 and status <> 'pending'`,
    [merchantIds, now],
  );
}

function fromRow(row: Row): GdprRequest {
  return {
    merchantId: row.merchant_id,
    requestId: row.request_id,
    kind: row.kind,
    customerId: row.customer_id,
    status: row.status,
    attempts: row.attempts,
    receivedAt: row.received_at,
    completedAt: row.completed_at,
    retentionExpiresAt: row.retention_expires_at,
  };
}
