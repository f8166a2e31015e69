import type { Delivery } from './delivery.ts';

export type DeliveryCounters = {
  triggered: number;
  attempts: number;
  delivered: number;
  failedAttempts: number;
  failed: number;
  dropped: number;
  duplicated: number;
  reordered: number;
  corrupted: number;
};

export type DeliveryFilter = {
  shop?: string | undefined;
  topic?: string | undefined;
  state?: string | undefined;
  webhookId?: string | undefined;
  limit: number;
};

/** Finished and waiting deliveries that can be looked at; older ones only count. */
const REMEMBERED_MAX = 20_000;

export type DeliveryLedger = {
  remember(delivery: Delivery): void;
  count(delivery: Pick<Delivery, 'shop' | 'topic'>, counter: keyof DeliveryCounters): void;
  list(filter: DeliveryFilter): Delivery[];
  counters(filter: { shop?: string | undefined }): {
    total: DeliveryCounters;
    byTopic: Record<string, DeliveryCounters>;
  };
  clear(): void;
};

export function createDeliveryLedger(): DeliveryLedger {
  const counters = new Map<string, { shop: string; topic: string; counted: DeliveryCounters }>();
  let ring: Delivery[] = [];
  let next = 0;

  return {
    remember(delivery) {
      ring[next] = delivery;
      next = (next + 1) % REMEMBERED_MAX;
    },
    count({ shop, topic }, counter) {
      const key = `${shop} ${topic}`;
      let entry = counters.get(key);
      if (!entry) {
        entry = { shop, topic, counted: zero() };
        counters.set(key, entry);
      }
      entry.counted[counter]++;
    },
    list({ shop, topic, state, webhookId, limit }) {
      const newestFirst = [...ring.slice(next), ...ring.slice(0, next)].reverse();
      return newestFirst
        .filter((delivery) => !shop || delivery.shop === shop)
        .filter((delivery) => !topic || delivery.topic === topic)
        .filter((delivery) => !state || delivery.state === state)
        .filter((delivery) => !webhookId || delivery.webhookId === webhookId)
        .slice(0, limit);
    },
    counters({ shop }) {
      const total = zero();
      const byTopic: Record<string, DeliveryCounters> = {};
      for (const entry of counters.values()) {
        if (shop && entry.shop !== shop) continue;
        add(total, entry.counted);
        add((byTopic[entry.topic] ??= zero()), entry.counted);
      }
      return { total, byTopic };
    },
    clear() {
      ring = [];
      next = 0;
      counters.clear();
    },
  };
}

function zero(): DeliveryCounters {
  return {
    triggered: 0,
    attempts: 0,
    delivered: 0,
    failedAttempts: 0,
    failed: 0,
    dropped: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
  };
}

function add(target: DeliveryCounters, more: DeliveryCounters): void {
  for (const key of Object.keys(target) as (keyof DeliveryCounters)[]) target[key] += more[key];
}
