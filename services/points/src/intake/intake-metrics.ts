import { Counter, Histogram } from '@loyalnest/platform/telemetry/instruments';

/** Powers of two up to the largest batch there is. */
const sizeBounds = [1, 2, 4, 8, 16, 32, 64, 128] as const;
/** Up to the time after which Shopify is asked to come back. */
const waitBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4.5] as const;

const orders = new Counter({
  name: 'loyalnest_orders_ingested_total',
  help: 'Orders whose news are committed; deliveries about one order that came together count once.',
});
const batchSizes = new Histogram({
  name: 'loyalnest_intake_batch_orders',
  help: 'Orders that were committed in one transaction.',
  bounds: sizeBounds,
});
const waits = new Histogram({
  name: 'loyalnest_intake_wait_seconds',
  help: 'Time between the arrival of an order and the commit of its batch.',
  bounds: waitBounds,
});
const [sizesSeen, waitsSeen] = [batchSizes.of(), waits.of()];

/** To be called when a batch of so many orders is committed. */
export function countBatch(size: number): void {
  orders.add(size);
  sizesSeen.observe(size);
}

/** To be called for each delivery whose order is committed. */
export function countWait(milliseconds: number): void {
  waitsSeen.observe(milliseconds / 1_000);
}

export function readIntake(waiting: number) {
  return [
    orders.read(),
    batchSizes.read(),
    waits.read(),
    {
      name: 'loyalnest_intake_waiting_orders',
      help: 'Orders that wait for a batch.',
      type: 'gauge',
      samples: [{ labels: {}, value: waiting }],
    } as const,
  ];
}
