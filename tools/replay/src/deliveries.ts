import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@loyalnest/dev/errors';
import type { ShopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';

const pollMs = 100;
/** Without a delivery for so long, something is wrong that waiting does not mend. */
const stallMs = 90_000;
/** Shopify waits for a minute and longer before it delivers again. So long a file need not take. */
const retryPauseMinMs = 1_000;
const retryPauseMaxMs = 15_000;

const bulkState = z.object({
  retrying: z.number(),
  waitingForOrder: z.object({ rows: z.number() }),
  deliveries: z.object({
    triggered: z.number(),
    duplicated: z.number(),
    delivered: z.number(),
    failed: z.number(),
    dropped: z.number(),
  }),
});

/** How far the deliveries of one replay are. */
export type DeliveryState = {
  /** Given to the courier since the replay began. */
  sent: number;
  delivered: number;
  /** Never taken: refused eight times, or dropped on purpose. */
  failed: number;
  open: number;
  /** Refunds and cancellations whose order no row has brought yet. */
  waitingForOrder: number;
};

/** Watches one shop's deliveries, and has those repeated that the server could not take. */
export class Deliveries {
  readonly #control: ShopControl;
  readonly #path: string;
  #before: DeliveryState | undefined;
  #movedAtMs = performance.now();
  #finished = 0;
  #retriedAtMs = 0;
  #retryPauseMs = retryPauseMinMs;

  constructor(control: ShopControl, domain: string) {
    this.#control = control;
    this.#path = `/shops/${domain}/bulk`;
  }

  /** What came before the replay does not count as its own. */
  async begin(): Promise<void> {
    this.#before = (await this.#read()).total;
    this.#movedAtMs = performance.now();
  }

  /** Resolves when no more than so many are open. Throws `UserError` when nothing moves any more. */
  async waitUntilOpen(
    openMax: number,
    options: { stallMs?: number; onState: (state: DeliveryState) => void },
  ): Promise<DeliveryState> {
    for (;;) {
      const { state, retrying } = await this.#look();
      options.onState(state);
      if (state.open <= openMax) return state;
      this.#assertMoving(state, options.stallMs ?? stallMs);
      if (retrying > 0) await this.#retry();
      await sleep(pollMs);
    }
  }

  async #look(): Promise<{ state: DeliveryState; retrying: number }> {
    const { total, retrying } = await this.#read();
    const before = this.#before ?? total;
    const state = {
      sent: total.sent - before.sent,
      delivered: total.delivered - before.delivered,
      failed: total.failed - before.failed,
      open: total.open,
      waitingForOrder: total.waitingForOrder,
    };
    return { state, retrying };
  }

  async #read(): Promise<{ total: DeliveryState; retrying: number }> {
    const { deliveries, retrying, waitingForOrder } = await this.#control.get(this.#path, bulkState);
    const { triggered, duplicated, delivered, dropped } = deliveries;
    const sent = triggered + duplicated;
    const failed = deliveries.failed + dropped;
    const open = sent - delivered - failed;
    return { total: { sent, delivered, failed, open, waitingForOrder: waitingForOrder.rows }, retrying };
  }

  #assertMoving({ delivered, failed, open }: DeliveryState, limitMs: number): void {
    const finished = delivered + failed;
    if (finished !== this.#finished) {
      this.#finished = finished;
      this.#movedAtMs = performance.now();
      this.#retryPauseMs = retryPauseMinMs;
    }
    if (performance.now() - this.#movedAtMs < limitMs) return;
    const seconds = Math.round(limitMs / 1_000);
    throw new UserError(
      `no webhook was taken for ${seconds} s, and ${open} are open (./dev.sh status, ./dev.sh logs server)`,
    );
  }

  async #retry(): Promise<void> {
    if (performance.now() - this.#retriedAtMs < this.#retryPauseMs) return;
    await this.#control.post('/deliveries/retry', {}, z.unknown());
    this.#retriedAtMs = performance.now();
    this.#retryPauseMs = Math.min(this.#retryPauseMs * 2, retryPauseMaxMs);
  }
}
