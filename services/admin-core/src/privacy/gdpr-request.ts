export type RequestKind = 'data_request' | 'customer_redact' | 'shop_redact';
export type RequestStatus = 'pending' | 'completed' | 'failed' | 'superseded';

/** Requests and their results are erased after this; the audit log keeps that they were fulfilled. */
export const retentionDays = 90;
/** After the first try, and as the seed says. */
const retriesMax = 3;
/** Waits before the retries: well inside the 30 days that the law and Shopify give. */
const backoffMinutes = [5, 60, 720];

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

export function retentionEnd(receivedAt: Date): Date {
  return new Date(receivedAt.getTime() + retentionDays * dayMs);
}

/** When to try again after `attempts` tries, or that it is over. */
export function nextAttempt(attempts: number, now: Date): Date | undefined {
  const minutes = attempts > retriesMax ? undefined : backoffMinutes[attempts - 1];
  return minutes === undefined ? undefined : new Date(now.getTime() + minutes * minuteMs);
}

/**
 * Shopify sends a shop's redaction 48 hours after its uninstallation and retries for 4 hours; what comes later than this
 * is about another uninstallation.
 */
const redactionDelayMaxMs = 3 * dayMs;

/**
 * Whether a shop's redaction is stale, because the shop came back since the uninstallation that caused it. A shop of whose
 * uninstallation we never heard is redacted.
 */
export function isSuperseded(shop: { isInstalled: boolean; uninstalledAt: Date | null }, now: Date): boolean {
  if (!shop.isInstalled || !shop.uninstalledAt) return false;
  return now.getTime() - shop.uninstalledAt.getTime() < redactionDelayMaxMs;
}
