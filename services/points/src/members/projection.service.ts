import { setTimeout as sleep } from 'node:timers/promises';
import { Clock } from '@loyalnest/platform/clock';
import { Database, isUnavailable } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { Worker } from '@loyalnest/platform/service';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import {
  batchMax,
  build,
  ensurePosition,
  findBatch,
  findPosition,
  findUnbuilt,
  findUnbuiltOf,
  lockProjections,
  movePosition,
  project,
} from './projection.repository.ts';

/** How often it looks when nobody has told it that something was committed. */
const pollMs = 1_000;
/** Nobody reads lists more often than this; what is committed meanwhile costs one transaction instead of many. */
const restMs = 200;
/** Orders come first: while they do, it works a fifth of the time, and catches up when the storm is over. */
const restPerWork = 4;
/** Wait for a transaction that holds back events which were committed after it. */
const horizonMs = 20;
/** Wait after a failure before the next try. */
const backoffMs = 1_000;
/** How often it looks for shops that are not built: a quiet shop's time zone may have changed. */
const missingEveryMs = 60_000;
/** Shops built in one transaction. */
const shopsMax = 20;

/**
 * Keeps what the merchant's pages read, from the events of this service's own outbox, in its own database: position and
 * projections move in one transaction, so each event counts once. A shop that was never built is made from its ledger.
 */
@Injectable()
export class Projection implements Worker {
  /** Shops that were built when they were looked at. Those that no longer are, `buildMissing` finds; looking each time cost PostgreSQL 4 µs an order. */
  #built = new Set<number>();
  #isStopping = false;
  #isWoken = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    signal: OutboxSignal,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {
    signal.onCommit(() => this.nudge());
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.nudge();
    await this.#running;
  }

  /** Says that something was committed. */
  nudge(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  /** Takes in everything that can be read now, and says whether more is there. */
  async drain(): Promise<{ isMoreComing: boolean }> {
    for (;;) {
      const step = await this.#step();
      if (step.events === 0 || this.#isStopping) return step;
    }
  }

  /** Makes the projections of these shops anew from their ledgers. */
  async rebuild(merchantIds: readonly number[]): Promise<void> {
    for (let start = 0; start < merchantIds.length; start += shopsMax) {
      const some = merchantIds.slice(start, start + shopsMax);
      await this.database.forMerchants(some, async (tx) => {
        await lockProjections(tx);
        const after = await ensurePosition(tx);
        await build(tx, some, { after, now: this.clock.now() });
      });
    }
  }

  /** Builds shops that are not built: after an upgrade all of them, and one whose time zone changed. */
  async buildMissing(): Promise<void> {
    // The position first: from here on, no event is passed that a ledger read later would not have.
    await this.database.forNoMerchant((tx) => ensurePosition(tx));
    await this.rebuild(await this.database.forNoMerchant((tx) => findUnbuilt(tx)));
  }

  async #run(): Promise<void> {
    let builtAtMs = -Infinity;
    while (!this.#isStopping) {
      this.#isWoken = false;
      const begunMs = performance.now();
      let pauseMs = pollMs;
      try {
        if (begunMs - builtAtMs > missingEveryMs) {
          await this.buildMissing();
          builtAtMs = begunMs;
        }
        const { events, isMoreComing } = await this.#step();
        const workMs = performance.now() - begunMs;
        const isStorm = isMoreComing && this.#isWoken;
        if (isStorm) await this.#rest(workMs * restPerWork);
        else if (events > 0 && !isMoreComing) await this.#rest(restMs);
        if (isMoreComing) pauseMs = events === batchMax ? 0 : horizonMs;
      } catch (error) {
        this.logger[isUnavailable(error) ? 'warn' : 'error']({ err: error }, 'projections are behind; trying again');
        await this.#rest(backoffMs);
        pauseMs = 0;
      }
      if (!this.#isWoken && !this.#isStopping) await this.#sleep(pauseMs);
    }
  }

  async #step(): Promise<{ events: number; isMoreComing: boolean }> {
    const batch = await this.database.forNoMerchant(async (tx) => findBatch(tx, await ensurePosition(tx)));
    if (!batch) return { events: 0, isMoreComing: false };
    if (batch === 'held-back') return { events: 0, isMoreComing: true };
    const { merchantIds, after, last, isMoreComing } = batch;
    const events = await this.database.forMerchants(merchantIds, async (tx) => {
      await lockProjections(tx);
      const position = await findPosition(tx);
      // Another process took the batch.
      if (position?.xid !== after.xid || position.id !== after.id) return batch.events;
      const unknown = merchantIds.filter((merchantId) => !this.#built.has(merchantId));
      const unbuilt = unknown.length > 0 ? await findUnbuiltOf(tx, unknown) : [];
      if (unbuilt.length > 0) await build(tx, unbuilt, { after, now: this.clock.now() });
      tx.onCommit(() => unknown.forEach((merchantId) => this.#built.add(merchantId)));
      await project(tx, merchantIds, batch);
      await movePosition(tx, last);
      return batch.events;
    });
    return { events, isMoreComing };
  }

  /** A pause that no commit cuts short; only the end does. */
  async #rest(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    while (!this.#isStopping && performance.now() < endMs) await sleep(Math.min(50, endMs - performance.now() + 1));
  }

  #sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, durationMs);
      this.#wake = done;
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}
