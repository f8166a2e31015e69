import {
  beginning,
  liveLimits,
  watchedMs,
  type LiveBatch,
  type LiveEntry,
  type LiveLimits,
  type LivePage,
  type LiveStream,
  type LiveStreams,
  type LiveTopic,
} from './live-streams.ts';

/** Of one process: rings in memory, whose positions begin with when it started, so that those of another run are not taken for its own. */
export class MemoryStreams implements LiveStreams {
  readonly #rings: Readonly<Record<LiveStream, Ring>>;
  readonly #turnsAtMs = new Map<string, number>();
  #watchedAtMs = -Infinity;

  constructor(limits: LiveLimits = liveLimits) {
    this.#rings = { logs: new Ring(limits), queues: new Ring(limits) };
  }

  async add(stream: LiveStream, batch: LiveBatch): Promise<void> {
    this.#rings[stream].add(batch.entries);
  }

  async read({ stream, merchantId }: LiveTopic, of: { after: string | null; limit: number }): Promise<LivePage> {
    if (stream === 'queues') this.#watchedAtMs = performance.now();
    return this.#rings[stream].read(merchantId, of);
  }

  async takeTurn({ name, everyMs }: { name: string; everyMs: number }): Promise<boolean> {
    const nowMs = performance.now();
    if (nowMs - this.#watchedAtMs > watchedMs) return false;
    if (nowMs - (this.#turnsAtMs.get(name) ?? -Infinity) < everyMs) return false;
    this.#turnsAtMs.set(name, nowMs);
    return true;
  }
}

class Ring {
  readonly #limits: LiveLimits;
  readonly #startedMs = Date.now();
  readonly #entries: LiveEntry[] = [];
  /** Place of the first entry that is kept; the first of all has 1. */
  #first = 1;
  #bytes = 0;

  constructor(limits: LiveLimits) {
    this.#limits = limits;
  }

  add(entries: readonly LiveEntry[]): void {
    this.#entries.push(...entries);
    for (const { text } of entries) this.#bytes += text.length;
    let surplus = Math.max(0, this.#entries.length - this.#limits.entries);
    for (const { text } of this.#entries.slice(0, surplus)) this.#bytes -= text.length;
    while (this.#bytes > this.#limits.bytes) {
      this.#bytes -= this.#entries[surplus]?.text.length ?? 0;
      surplus += 1;
    }
    this.#entries.splice(0, surplus);
    this.#first += surplus;
  }

  read(merchantId: number | null, of: { after: string | null; limit: number }): LivePage {
    if (of.after === null) return this.#readNewest(merchantId, of.limit);
    const [startedMs, place] = of.after.split('-').map(Number);
    const isOwn = startedMs === this.#startedMs && place !== undefined && place < this.#first + this.#entries.length;
    const from = isOwn ? Math.max(place + 1, this.#first) : this.#first;
    const isGap = of.after !== beginning && !(isOwn && from === place + 1);
    const found: { index: number; text: string }[] = [];
    for (let index = from - this.#first; index < this.#entries.length && found.length < of.limit; index += 1) {
      const entry = this.#entries[index];
      if (entry && concerns(entry, merchantId)) found.push({ index, text: entry.text });
    }
    const isAll = found.length < of.limit;
    return this.#page(found, { isGap, end: isAll ? this.#entries.length - 1 : (found.at(-1)?.index ?? -1) });
  }

  #readNewest(merchantId: number | null, limit: number): LivePage {
    const found = this.#entries
      .map((entry, index) => ({ ...entry, index }))
      .filter((entry) => concerns(entry, merchantId))
      .slice(-limit);
    return this.#page(found, { isGap: false, end: this.#entries.length - 1 });
  }

  #page(found: readonly { index: number; text: string }[], of: { isGap: boolean; end: number }): LivePage {
    const positionOf = (index: number) => `${this.#startedMs}-${this.#first + index}`;
    return {
      entries: found.map(({ index, text }) => ({ position: positionOf(index), text })),
      position: positionOf(of.end),
      isGap: of.isGap,
    };
  }
}

function concerns(entry: LiveEntry, merchantId: number | null): boolean {
  return merchantId === null || entry.merchantId === merchantId;
}
