import type { LiveBatch, LiveEntry, LiveStreams } from './live-streams.ts';

/** Lines wait so long for others, and go at once when there are that many: passing one on costs a share of a command. */
const waitMs = 200;
const batchMax = 100;
/** After a failure. */
const retryMs = 1_000;
/** What waits while the streams are away; beyond it the oldest goes. */
const waitingMax = 2_000;
const waitingBytesMax = 1_000_000;
/** A stack of Node.js takes two thousand; whatever is longer is told in short. */
const lineMax = 16_000;
const shortMessageMax = 1_000;

/** Hears lines as they are written to standard output, redacted. */
export type LineTap = { write(line: string): void };

/** Passes lines on in batches. Never waits, never throws, and never holds more than a megabyte. */
export class LogFeed implements LineTap {
  readonly #service: string;
  #streams: LiveStreams | undefined;
  readonly #waiting: LiveEntry[] = [];
  #waitingBytes = 0;
  #leftOut = 0;
  /** What the streams may or may not have. */
  #batch: LiveBatch | undefined;
  #number = 0;
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPaused = false;

  constructor({ service }: { service: string }) {
    this.#service = service;
  }

  /** From now on; what was heard before goes first. */
  connect(streams: LiveStreams): void {
    this.#streams = streams;
    this.#later(waitMs);
  }

  write(line: string): void {
    const text = shorten(line.endsWith('\n') ? line.slice(0, -1) : line);
    this.#waiting.push({ text, merchantId: merchantOf(text) });
    this.#waitingBytes += text.length;
    while (this.#waiting.length > waitingMax || this.#waitingBytes > waitingBytesMax) {
      this.#waitingBytes -= this.#waiting.shift()?.text.length ?? 0;
      this.#leftOut += 1;
    }
    if (!this.#streams || this.#isPaused) return;
    if (this.#waiting.length >= batchMax) this.#send();
    else this.#later(waitMs);
  }

  /** Passes on what waits, if the streams are there. */
  async close(): Promise<void> {
    await this.#sending;
    if (!this.#isPaused) this.#send();
    await this.#sending;
    clearTimeout(this.#timer);
    this.#streams = undefined;
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#isPaused = false;
      this.#send();
    }, ms).unref();
  }

  #send(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#batch ?? this.#waiting.length > 0) this.#later(this.#isPaused ? retryMs : waitMs);
    });
  }

  async #sendAll(): Promise<void> {
    try {
      do {
        this.#batch ??= this.#take();
        if (!this.#batch) return;
        await this.#streams?.add('logs', this.#batch);
        this.#batch = undefined;
      } while (this.#waiting.length >= batchMax);
    } catch {
      // Whoever keeps the streams says so in the log.
      this.#isPaused = true;
    }
  }

  #take(): LiveBatch | undefined {
    const entries = this.#waiting.splice(0, batchMax);
    for (const { text } of entries) this.#waitingBytes -= text.length;
    if (this.#leftOut > 0) entries.unshift(this.#gap(this.#leftOut));
    this.#leftOut = 0;
    if (entries.length === 0) return undefined;
    this.#number += 1;
    return { number: this.#number, entries };
  }

  #gap(lines: number): LiveEntry {
    const line = { level: 'warn', time: new Date().toISOString(), service_name: this.#service, lines };
    return {
      text: JSON.stringify({ ...line, msg: 'lines before this one are on standard output alone' }),
      merchantId: null,
    };
  }
}

/** Most lines concern nobody, and are not parsed. */
function merchantOf(text: string): number | null {
  if (!text.includes('"merchant_id":')) return null;
  const { merchant_id: id } = JSON.parse(text) as { merchant_id?: unknown };
  return typeof id === 'number' ? id : null;
}

function shorten(text: string): string {
  if (text.length <= lineMax) return text;
  const { level, time, service_name, merchant_id, shop_domain, msg } = JSON.parse(text) as Record<string, unknown>;
  const cut = String(msg).slice(0, shortMessageMax);
  return JSON.stringify({ level, time, service_name, merchant_id, shop_domain, msg: cut, isShortened: true });
}
