import type { AppToml } from '../app-toml.ts';
import { getShop, type ShopState } from '../state/shop-state.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import type { Courier } from './courier.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryLedger } from './ledger.ts';

/** A webhook of one merchant action. The payload is built when it is sent, from entities that never change. */
export type Webhook = { topic: string; payload: () => Record<string, unknown> };

export type Emitter = {
  /** Delivers the webhooks of one action to all who subscribe; they share an event id. */
  (state: ShopState, webhooks: Webhook[]): void;
  /** The deliveries of one action, not yet handed over. */
  prepare(state: ShopState, webhooks: Webhook[]): Delivery[];
};

/** Shopify sends these whether or not the app is still installed. */
const AFTER_UNINSTALL = new Set(['app/uninstalled', 'shop/redact', 'customers/redact', 'customers/data_request']);

type Options = {
  appUrl: string;
  toml: AppToml;
  clock: Clock;
  random: Random;
  ledger: DeliveryLedger;
  courier: Courier;
};

export function createEmitter({ appUrl, toml, clock, random, ledger, courier }: Options): Emitter {
  const declared = toml.subscriptions.map(({ topic, uri }) => ({ topic, uri: absolute(uri, appUrl) }));

  const subscribersOf = (state: ShopState, topic: string) => {
    if (!getShop(state).installation && !AFTER_UNINSTALL.has(topic)) return [];
    const created = [...state.subscriptions.values()].filter((subscription) => subscription.topic === topicName(topic));
    return [
      ...declared.filter((subscription) => subscription.topic === topic).map(({ uri }) => ({ id: undefined, uri })),
      ...created.map(({ id, uri }) => ({ id, uri })),
    ];
  };

  const prepare = (state: ShopState, webhooks: Webhook[]) => {
    const eventId = random.uuid();
    const triggeredAt = clock.now();
    return webhooks.flatMap(({ topic, payload }) =>
      subscribersOf(state, topic).map(({ id, uri }): Delivery => {
        const delivery: Delivery = {
          webhookId: random.uuid(),
          eventId,
          shop: state.domain,
          topic,
          uri,
          subscriptionId: id,
          apiVersion: toml.apiVersion,
          triggeredAt,
          state: 'waiting',
          attempts: [],
          copy: false,
          body: () => JSON.stringify(payload()),
        };
        ledger.count(delivery, 'triggered');
        ledger.remember(delivery);
        return delivery;
      }),
    );
  };

  const emit = (state: ShopState, webhooks: Webhook[]) => {
    for (const delivery of prepare(state, webhooks)) courier.post(delivery);
  };
  return Object.assign(emit, { prepare });
}

/** `orders/create` is `ORDERS_CREATE` in GraphQL. */
export function topicName(topic: string): string {
  return topic.replace('/', '_').toUpperCase();
}

function absolute(uri: string, appUrl: string): string {
  return /^https?:/.test(uri) ? uri : `${appUrl}${uri.startsWith('/') ? '' : '/'}${uri}`;
}
