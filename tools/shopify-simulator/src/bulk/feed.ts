import type { Courier } from '../webhooks/courier.ts';
import type { Delivery } from '../webhooks/delivery.ts';
import { Queue } from '../webhooks/queue.ts';

/** Deliveries that wait for a rate, and the courier's queue, hold at most so many together. */
export const PENDING_MAX = 200_000;
const TICK_MS = 10;

export type Feed = {
  /** Hands over at once, or so many per second. */
  add(deliveries: Delivery[], ratePerSecond: number | undefined): void;
  size(): number;
  close(): void;
};

export function createFeed(courier: Courier): Feed {
  const queue = new Queue<Delivery>();
  let rate = 0;
  let timer: NodeJS.Timeout | undefined;
  let started = 0;
  let handedOver = 0;

  const tick = () => {
    const due = Math.floor(((performance.now() - started) / 1000) * rate);
    for (; handedOver < due; handedOver++) {
      const delivery = queue.shift();
      if (!delivery) return stop();
      courier.post(delivery);
      courier.release(1);
    }
  };
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };

  return {
    add(deliveries, ratePerSecond) {
      if (ratePerSecond === undefined && queue.size === 0) {
        for (const delivery of deliveries) courier.post(delivery);
        return;
      }
      for (const delivery of deliveries) queue.push(delivery);
      courier.expect(deliveries.length);
      if (timer && (ratePerSecond === undefined || ratePerSecond === rate)) return;
      stop();
      rate = ratePerSecond ?? rate;
      started = performance.now();
      handedOver = 0;
      timer = setInterval(tick, TICK_MS);
    },
    size: () => queue.size,
    close: stop,
  };
}
