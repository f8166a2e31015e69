/**
 * An event on its way out: written to the outbox in the transaction whose effect it tells. `key` decides the order of
 * delivery: events of one key arrive in the order they were committed.
 */
export type NewEvent = {
  merchantId: number;
  key: string;
  /** Past fact with its version: `points.earned.v1`. */
  type: string;
  payload: unknown;
  /** `traceparent` of what it is a part of, if that is traced; absent: of whatever is going on when it is published. */
  trace?: string | undefined;
};

/** An event as a consumer receives it. `source` and `id` name it for good; a redelivery carries the same two. */
export type DeliveredEvent = NewEvent & { source: string; id: number; occurredAt: Date };

export type Position = { xid: string; id: number };
