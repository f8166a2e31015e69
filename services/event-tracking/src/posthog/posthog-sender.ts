import { randomUUID } from 'node:crypto';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { Encryption } from '@loyalnest/platform/crypto/encryption';
import { Database } from '@loyalnest/platform/database/database';
import type { Worker } from '@loyalnest/platform/service';
import type { Logger } from '@loyalnest/platform/telemetry/logger';
import { AppConfig, AppLogger } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import { backoffMs } from './backoff.ts';
import { giveUpLease, moveCursor, readEventsAfter, takeLease, type UnsentEvent } from './cursor.repository.ts';
import { PostHogClient, type SendResult } from './posthog-client.ts';
import { toPostHogEvent } from './posthog-event.ts';

/** About 200 kB; PostHog takes 20 MB. */
const batchMax = 500;
/** Longer than a batch takes with its timeout, so that two processes do not send the same; a crash frees it after this. */
const leaseSeconds = 60;
/** How often the sender looks when everything is sent. Nobody waits for PostHog. */
const pollMs = 1_000;

/** `failed` says for how long to leave PostHog alone. */
type Round = { outcome: 'sent'; count: number } | { outcome: 'idle' } | { outcome: 'failed'; waitMs: number };

/**
 * Sends the record to PostHog, in the order of commits, at least once: the place in the record moves after PostHog said
 * yes, and PostHog drops what it gets again. Without POSTHOG_KEY nothing leaves.
 */
@Injectable()
export class PostHogSender implements Worker {
  readonly #client: PostHogClient | undefined;
  readonly #leaseId = randomUUID();
  readonly #stopping = new AbortController();
  #failures = 0;
  #running: Promise<void> | undefined;

  constructor(
    @Inject(AppConfig) config: Config,
    private readonly database: Database,
    private readonly encryption: Encryption,
    private readonly clock: Clock,
    @Inject(AppLogger) private readonly logger: Logger,
  ) {
    const { POSTHOG_HOST: host, POSTHOG_KEY: key } = config;
    this.#client = key === undefined ? undefined : new PostHogClient({ host, key });
  }

  start(): void {
    const client = this.#client;
    if (client) this.#running ??= this.#run(client);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(client: PostHogClient): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const round = await this.#sendNext(client);
      if (round.outcome === 'idle') await pause(pollMs, signal);
      if (round.outcome === 'failed') await pause(round.waitMs, signal);
    }
    await this.database.forNoMerchant((tx) => giveUpLease(tx, this.#leaseId)).catch(() => undefined);
  }

  async #sendNext(client: PostHogClient): Promise<Round> {
    try {
      const events = await this.#readNext();
      const last = events.at(-1);
      if (!last) return { outcome: 'idle' };
      const result = await this.#send(client, events);
      if (result.outcome === 'unavailable') return this.#fail(result.reason, result.retryAfterMs);
      await this.database.forNoMerchant((tx) => moveCursor(tx, this.#leaseId, last));
      this.#failures = 0;
      return { outcome: 'sent', count: events.length };
    } catch (error) {
      return this.#fail(error instanceof Error ? error.name : 'unknown', 0);
    }
  }

  #readNext(): Promise<UnsentEvent[]> {
    return this.database.forNoMerchant(async (tx) => {
      const position = await takeLease(tx, { id: this.#leaseId, seconds: leaseSeconds });
      return position ? readEventsAfter(tx, position, batchMax) : [];
    });
  }

  /** A batch that is refused is halved until the event that PostHog does not take stands alone, and is left out. */
  async #send(
    client: PostHogClient,
    events: readonly UnsentEvent[],
  ): Promise<Exclude<SendResult, { outcome: 'refused' }>> {
    const batch = await Promise.all(events.map((event) => toPostHogEvent(this.encryption, event)));
    const result = await client.send(batch, { now: this.clock.now(), signal: this.#stopping.signal });
    if (result.outcome !== 'refused') return result;
    const [first] = events;
    if (events.length <= 1) {
      this.logger.error({ eventId: first?.eventId, status: result.status }, 'PostHog refused an event; it is left out');
      return { outcome: 'accepted' };
    }
    const half = Math.ceil(events.length / 2);
    const left = await this.#send(client, events.slice(0, half));
    return left.outcome === 'accepted' ? this.#send(client, events.slice(half)) : left;
  }

  #fail(reason: string, retryAfterMs: number): Round {
    this.#failures += 1;
    const waitMs = Math.max(retryAfterMs, backoffMs(this.#failures));
    if (!this.#stopping.signal.aborted)
      this.logger.warn({ reason, waitMs }, 'PostHog did not take the events; trying again');
    return { outcome: 'failed', waitMs };
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
  });
}
