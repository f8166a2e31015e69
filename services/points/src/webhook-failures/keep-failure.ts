import type { Encryption } from '@loyalnest/platform/crypto/encryption';
import type { Database } from '@loyalnest/platform/database/database';
import { countKept } from '@loyalnest/shopify/shopify-metrics';
import { failureContext, failureKeyOf, failureSubject, type KeptDelivery } from './failure-key.ts';
import { insertFailure, type Failure } from './webhook-failures.repository.ts';

/**
 * Keeps a delivery whole. Payloads name people, so the body is encrypted. Bytes travel as latin1 text, one sign a byte, so
 * that any body comes back as it was.
 */
export async function keepFailure(
  database: Database,
  encryption: Encryption,
  { delivery, reason, detail, now }: Failure & { delivery: KeptDelivery; now: Date },
): Promise<void> {
  const { rawBody, triggeredAt } = delivery;
  const key = failureKeyOf(delivery);
  const body = await encryption.encrypt(rawBody.toString('latin1'), failureContext(key));
  const kept = { ...key, ...failureSubject(delivery), reason, detail, body, triggeredAt, failedAt: now };
  await database.forMerchant(key.merchantId, (tx) => insertFailure(tx, kept));
  countKept('points', reason);
}

/** The bytes that were kept. */
export async function openBody(
  encryption: Encryption,
  key: Parameters<typeof failureContext>[0],
  body: Buffer,
): Promise<Buffer> {
  return Buffer.from(await encryption.decrypt(body, failureContext(key)), 'latin1');
}
