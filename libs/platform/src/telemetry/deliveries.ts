import { Counter, Histogram } from './instruments.ts';
import { inBatchSpan } from './tracing.ts';

const delayBounds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300] as const;

const delays = new Histogram({
  name: 'loyalnest_event_delivery_seconds',
  help: 'Time between an event and its being handled, of events handled for the first time.',
  labels: ['source', 'consumer'],
  bounds: delayBounds,
});
const handled = new Counter({
  name: 'loyalnest_events_handled_total',
  help: 'Events that a consumer handled, each once.',
  labels: ['source', 'consumer', 'type'],
});
const setAside = new Counter({
  name: 'loyalnest_events_set_aside_total',
  help: 'Events whose handler failed again and again, and that wait for a person.',
  labels: ['source', 'consumer', 'type'],
});

type Event = { source: string; type: string; occurredAt: Date; trace?: string | undefined };

/** Handles events as a part of the trace that they belong to. */
export function inDelivery<R>(consumer: string, events: readonly Event[], handle: () => Promise<R>): Promise<R> {
  const attributes = { consumer, 'messaging.batch.message_count': events.length };
  return inBatchSpan(
    { name: `${consumer} handles events`, kind: 'consumer', attributes },
    () => events.map(({ trace }) => trace),
    handle,
  );
}

/** To be called when what the handlers did is committed. */
export function countHandled(consumer: string, events: readonly Event[]): void {
  const nowMs = Date.now();
  for (const { source, type, occurredAt } of events) {
    delays.of(source, consumer).observe(Math.max(0, nowMs - occurredAt.getTime()) / 1_000);
    handled.add(1, source, consumer, type);
  }
}

export function countSetAside(consumer: string, { source, type }: Event): void {
  setAside.add(1, source, consumer, type);
}

export function readDeliveries() {
  return [delays.read(), handled.read(), setAside.read()];
}
