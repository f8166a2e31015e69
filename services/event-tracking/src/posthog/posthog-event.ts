import type { Encryption } from '@loyalnest/platform/crypto/encryption';
import type { ProductEvent } from '../record/product-event.ts';

/** One event of PostHog's batch endpoint. Source: posthog.com/docs/api/capture. */
export type PostHogEvent = {
  /** PostHog keeps one of several events with the same uuid, time, name and person. */
  uuid: string;
  event: string;
  distinct_id: string;
  timestamp: string;
  properties: Record<string, string | number | boolean | undefined>;
};

/**
 * What leaves this house: no id of ours or Shopify's, and none that could be guessed back. The hashes are keyed, so that
 * a person is one person over time without being anybody.
 */
export async function toPostHogEvent(encryption: Encryption, event: ProductEvent): Promise<PostHogEvent> {
  const merchant = await pseudonym(encryption, 'merchant', String(event.merchantId));
  const { merchantId, customerId } = event;
  const distinctId =
    customerId === null ? merchant : await pseudonym(encryption, 'customer', `${merchantId}/${customerId}`);
  return {
    uuid: event.eventId,
    event: event.name,
    distinct_id: distinctId,
    timestamp: event.occurredAt.toISOString(),
    properties: {
      ...event.properties,
      merchant,
      $lib: 'loyalnest',
      // No person profiles, and no places: the address that PostHog sees is our server's.
      $process_person_profile: false,
      $geoip_disable: true,
    },
  };
}

async function pseudonym(encryption: Encryption, kind: 'merchant' | 'customer', id: string): Promise<string> {
  const hash = await encryption.hash(id, `posthog/${kind}`);
  return hash.toString('hex', 0, 16);
}
