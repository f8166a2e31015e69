import type { Faults } from '../faults/faults.ts';
import type { Clock } from '../time/clock.ts';
import { createHeap } from '../time/heap.ts';
import type { Random } from '../time/random.ts';
import { RETRIES_MAX, retryAfterMs, type Delivery } from './delivery.ts';
import type { DeliveryLedger } from './ledger.ts';
import { Queue } from './queue.ts';
import { createSender } from './sender.ts';

/** A reordered delivery is overtaken by at most so many. */
const OVERTAKEN_MAX = 64;
/** If so few follow that it is not overtaken, it goes after this. */
const HELD_MAX_MS = 200;

export type Courier = {
  /** Hands a delivery over; faults may drop, delay, double or hold it back. */
  post(delivery: Delivery): void;
  /** So many more will be posted later; until then nothing is idle. */
  expect(count: number): void;
  /** So many of the expected have been posted. */
  release(count: number): void;
  /** Sends again what waits for its retry, without waiting for the clock. Returns how many. */
  retryNow(): number;
  /** Called after a change of faults: a pause may have ended. */
  resume(): void;
  /** Waiting, held back, delayed or being sent; without those that wait for a retry. */
  pending(): number;
  retrying(): number;
  /** True as soon as nothing is pending; false if that takes longer. */
  idle(timeoutMs: number): Promise<boolean>;
  clear(): void;
  close(): void;
};

type Options = {
  clock: Clock;
  random: Random;
  faults: Faults;
  ledger: DeliveryLedger;
  secret: string;
  concurrency: number;
  /** Shopify removes a subscription of the API whose delivery failed for good. */
  onSubscriptionFailed(delivery: Delivery): void;
};

export function createCourier(options: Options): Courier {
  const { clock, random, faults, ledger } = options;
  const sender = createSender(options);
  const queue = new Queue<Delivery>();
  const held = createHeap<{ at: number; delivery: Delivery }>((a, b) => a.at - b.at);
  const retries = new Set<{ cancel: () => void; run: () => void }>();
  const waiters = new Set<() => void>();
  let heldCount = 0;
  let delayed = 0;
  let sending = 0;
  let expected = 0;
  let holdTimer: NodeJS.Timeout | undefined;
  let paused: Delivery[] = [];
  let posted = 0;
  let closed = false;

  const pending = () => queue.size + heldCount + delayed + sending + expected + paused.length;

  const enqueue = (delivery: Delivery) => {
    queue.push(delivery);
    posted++;
    releaseHeld(posted);
    pump();
  };

  const releaseHeld = (until: number) => {
    for (let next = held.peek(); next && next.at <= until; next = held.peek()) {
      held.pop();
      heldCount--;
      queue.push(next.delivery);
    }
  };

  const letGo = () => {
    holdTimer = undefined;
    releaseHeld(Infinity);
    pump();
  };

  const pump = () => {
    while (!closed && sending < options.concurrency) {
      const delivery = queue.shift();
      if (!delivery) return;
      if (faults.deliveriesOf(delivery.shop).paused) {
        paused.push(delivery);
        continue;
      }
      void attempt(delivery);
    }
  };

  const attempt = async (delivery: Delivery) => {
    sending++;
    delivery.state = 'sending';
    const at = clock.now();
    const started = performance.now();
    const corrupt = random.chance(faults.deliveriesOf(delivery.shop).corrupt);
    const { status, error } = await sender.send(delivery, corrupt);
    sending--;
    delivery.attempts.push({ at, tookMs: Math.round(performance.now() - started), status, error, corrupted: corrupt });
    ledger.count(delivery, 'attempts');
    if (corrupt) ledger.count(delivery, 'corrupted');
    settle(delivery, status !== undefined && status >= 200 && status < 300);
    pump();
    if (pending() === 0) for (const wake of waiters) wake();
  };

  const settle = (delivery: Delivery, delivered: boolean) => {
    if (closed) return;
    if (delivered) {
      delivery.state = 'delivered';
      delivery.body = forgotten;
      return ledger.count(delivery, 'delivered');
    }
    ledger.count(delivery, 'failedAttempts');
    const retry = delivery.attempts.length;
    if (retry > RETRIES_MAX) {
      delivery.state = 'failed';
      delivery.body = forgotten;
      ledger.count(delivery, 'failed');
      if (delivery.subscriptionId !== undefined) options.onSubscriptionFailed(delivery);
      return;
    }
    delivery.state = 'retrying';
    const dueAt = (delivery.attempts[0]?.at ?? clock.now()) + retryAfterMs(retry);
    // A clock that was moved over several retries has them all, one after the other.
    if (dueAt <= clock.now()) return enqueue(delivery);
    const entry = {
      run: () => void (retries.delete(entry) && enqueue(delivery)),
      cancel: clock.at(dueAt, () => entry.run()),
    };
    retries.add(entry);
  };

  const postLater = (delivery: Delivery, delayMs: number) => {
    delayed++;
    clock.at(clock.now() + delayMs, () => {
      delayed--;
      enqueue(delivery);
    });
  };

  return {
    post(delivery) {
      const fault = faults.deliveriesOf(delivery.shop);
      if (random.chance(fault.drop)) {
        delivery.state = 'dropped';
        return ledger.count(delivery, 'dropped');
      }
      const copies = [delivery];
      if (random.chance(fault.duplicate)) {
        ledger.count(delivery, 'duplicated');
        const webhookId = fault.duplicateAs === 'new-id' ? random.uuid() : delivery.webhookId;
        const copy = { ...delivery, webhookId, attempts: [], copy: true };
        ledger.remember(copy);
        copies.push(copy);
      }
      for (const copy of copies) {
        if (random.chance(fault.reorder)) {
          ledger.count(delivery, 'reordered');
          held.push({ at: posted + 1 + random.below(OVERTAKEN_MAX), delivery: copy });
          heldCount++;
          holdTimer ??= setTimeout(letGo, HELD_MAX_MS);
        } else if (fault.delayMs > 0) postLater(copy, fault.delayMs);
        else enqueue(copy);
      }
    },
    expect(count) {
      expected += count;
    },
    release(count) {
      expected -= count;
    },
    retryNow() {
      const due = [...retries];
      for (const retry of due) {
        retry.cancel();
        retry.run();
      }
      return due.length;
    },
    resume() {
      const waiting = paused;
      paused = [];
      for (const delivery of waiting) queue.push(delivery);
      pump();
    },
    pending,
    retrying: () => retries.size,
    idle(timeoutMs) {
      if (pending() === 0) return Promise.resolve(true);
      return new Promise((resolve) => {
        const done = (idle: boolean) => {
          clearTimeout(timer);
          waiters.delete(wake);
          resolve(idle);
        };
        const wake = () => done(true);
        const timer = setTimeout(() => done(false), timeoutMs);
        waiters.add(wake);
      });
    },
    clear() {
      queue.clear();
      held.clear();
      heldCount = 0;
      for (const retry of retries) retry.cancel();
      retries.clear();
      paused = [];
    },
    close() {
      closed = true;
      clearTimeout(holdTimer);
      queue.clear();
      for (const retry of retries) retry.cancel();
      sender.close();
    },
  };
}

/** Frees the entities that a finished delivery has kept. */
function forgotten(): string {
  throw new Error('the body of a finished delivery is gone');
}
