/** One webhook on its way to one subscription. Attempts share the webhook id, as Shopify's retries do. */
export type Delivery = {
  webhookId: string;
  eventId: string;
  shop: string;
  topic: string;
  uri: string;
  /** Set if the subscription was created through the API: Shopify deletes it when a delivery fails for good. */
  subscriptionId: number | undefined;
  apiVersion: string;
  triggeredAt: number;
  state: DeliveryState;
  attempts: Attempt[];
  /** Sent a second time by the fault `duplicate`. */
  copy: boolean;
  /** Builds the body from what was current when the webhook was triggered. */
  body: () => string;
};

export type DeliveryState = 'waiting' | 'sending' | 'retrying' | 'delivered' | 'failed' | 'dropped';

export type Attempt = {
  at: number;
  tookMs: number;
  status: number | undefined;
  error: string | undefined;
  corrupted: boolean;
};

/** Shopify retries 8 times within 4 hours. */
export const RETRIES_MAX = 8;
const RETRY_WINDOW_MS = 4 * 3_600_000;

/**
 * How long after the first attempt a retry comes. Exponential: each pause is twice the one before, and the eight of
 * them fill the four hours exactly.
 */
export function retryAfterMs(retry: number): number {
  return Math.round((RETRY_WINDOW_MS * (2 ** retry - 1)) / (2 ** RETRIES_MAX - 1));
}
