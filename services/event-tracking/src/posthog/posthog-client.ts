import type { PostHogEvent } from './posthog-event.ts';

/** PostHog answers in well under a second; longer than this it is not there. */
const timeoutMs = 10_000;
/** Older than this, a batch is a catch-up: PostHog asks for it to be marked, so that it raises no alarm. */
const historicalMs = 48 * 60 * 60 * 1000;

/** `refused`: the content will never be taken. Everything else is worth trying again later. */
export type SendResult =
  | { outcome: 'accepted' }
  | { outcome: 'refused'; status: number }
  | { outcome: 'unavailable'; reason: string; retryAfterMs: number };

const refusals = new Set([400, 413, 422]);

/** PostHog's batch endpoint. */
export class PostHogClient {
  readonly #url: URL;
  readonly #key: string;

  constructor(options: { host: string; key: string }) {
    this.#url = new URL('/batch/', options.host);
    this.#key = options.key;
  }

  async send(events: readonly PostHogEvent[], options: { now: Date; signal: AbortSignal }): Promise<SendResult> {
    const oldest = options.now.getTime() - historicalMs;
    const isHistorical = events.every(({ timestamp }) => Date.parse(timestamp) < oldest);
    const body = JSON.stringify({ api_key: this.#key, historical_migration: isHistorical, batch: events });
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        signal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]),
      });
      await response.arrayBuffer();
      return judge(response);
    } catch (error) {
      return { outcome: 'unavailable', reason: error instanceof Error ? error.name : 'unknown', retryAfterMs: 0 };
    }
  }
}

function judge(response: Response): SendResult {
  if (response.ok) return { outcome: 'accepted' };
  if (refusals.has(response.status)) return { outcome: 'refused', status: response.status };
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0;
  return { outcome: 'unavailable', reason: `HTTP ${response.status}`, retryAfterMs };
}
