import { setTimeout as sleep } from 'node:timers/promises';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import type { Worker } from '@loyalnest/platform/service';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppLogger } from '@loyalnest/platform/tokens';
import type { WebhookDelivery, WebhookHandler } from '@loyalnest/shopify/webhooks/webhook-door';
import { Inject, Injectable } from '@nestjs/common';
import { bucketMax, lagBucket } from './webhook-lag.ts';
import { addLags, hourMs, type LagRow } from './webhook-lag.repository.ts';

/** A crash loses this much of a statistic. Written more often, it would cost the database as much as a fiftieth of the orders. */
const flushEveryMs = 30_000;
/** Merchants written in one transaction, */
const merchantsMax = 100;
/** and how many times as long as that took it then leaves PostgreSQL to the orders. */
const restPerWork = 4;
/** Counts kept while PostgreSQL is away; more are dropped. */
const countsMax = 100_000;

/**
 * Measures how long deliveries took from what happened at Shopify to the commit here. Counted in memory and written twice
 * a minute: it must cost the delivery nothing, and a crash may lose the last ones.
 */
@Injectable()
export class WebhookLags implements Worker {
  /** By merchant, and by the place of hour and bucket. */
  #counts = new Map<number, Map<number, LagRow>>();
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #isStopping = false;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => void this.#flushOrKeep(), flushEveryMs).unref();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    await this.#flushing;
    await this.#flushOrKeep();
  }

  /** The same handler, with each delivery that it takes in measured. */
  watch(handler: WebhookHandler): WebhookHandler {
    return {
      topics: handler.topics,
      directory: handler.directory,
      handle: async (delivery: WebhookDelivery) => {
        await handler.handle(delivery);
        if (delivery.triggeredAt) this.#count(delivery.shop.merchantId, delivery.triggeredAt);
      },
    };
  }

  /** Writes what was counted since the last time. */
  async flush(): Promise<void> {
    const counts = this.#counts;
    this.#counts = new Map();
    this.#size = 0;
    const merchantIds = [...counts.keys()].sort((a, b) => a - b);
    const rowsOf = (merchantId: number) => [...(counts.get(merchantId)?.values() ?? [])];
    const done = new Set<number>();
    try {
      for (let start = 0; start < merchantIds.length; start += merchantsMax) {
        const some = merchantIds.slice(start, start + merchantsMax);
        const theirs = some.flatMap(rowsOf);
        const begunMs = performance.now();
        await this.database.forMerchants(some, (tx) => addLags(tx, theirs, this.clock.now()));
        for (const merchantId of some) done.add(merchantId);
        const isLast = start + merchantsMax >= merchantIds.length;
        if (!isLast && !this.#isStopping) await sleep((performance.now() - begunMs) * restPerWork);
      }
    } catch (error) {
      for (const row of merchantIds.filter((merchantId) => !done.has(merchantId)).flatMap(rowsOf)) this.#add(row);
      throw error;
    }
  }

  #flushOrKeep(): Promise<void> {
    this.#flushing ??= this.flush()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'webhook lags not written; trying again'))
      .finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  #count(merchantId: number, triggeredAt: Date): void {
    const nowMs = this.clock.now().getTime();
    const bucket = lagBucket((nowMs - triggeredAt.getTime()) / 1_000);
    this.#add({ merchantId, hour: Math.floor(nowMs / hourMs), bucket, deliveries: 1 });
  }

  #add(row: LagRow): void {
    const { merchantId, hour, bucket } = row;
    let counts = this.#counts.get(merchantId);
    if (!counts) this.#counts.set(merchantId, (counts = new Map()));
    const place = hour * (bucketMax + 1) + bucket;
    const counted = counts.get(place);
    if (counted) counted.deliveries += row.deliveries;
    else if (this.#size < countsMax) {
      counts.set(place, row);
      this.#size += 1;
    }
  }
}
