import type { Traffic } from '@loyalnest/load/crash/traffic';

const sampleMs = 20;

type Sample = { atMs: number; delivered: number; taken: number };

/** Knows when what was acknowledged was acknowledged, to within a sample. */
export class Acknowledgements {
  readonly #traffic: Traffic;
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(traffic: Traffic) {
    this.#traffic = traffic;
    this.#timer = setInterval(() => this.#sample(), sampleMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#sample();
  }

  /** When the first thing was acknowledged that is lost now; rather a little too early than too late. */
  async firstLostAtMs(
    isLost: (slice: { from: Sample; until: Sample }) => Promise<boolean>,
  ): Promise<number | undefined> {
    let from: Sample = { atMs: this.#samples[0]?.atMs ?? 0, delivered: 0, taken: 0 };
    for (const until of this.#samples) {
      const isSame = until.delivered === from.delivered && until.taken === from.taken;
      if (!isSame && (await isLost({ from, until }))) return from.atMs;
      from = until;
    }
    return undefined;
  }

  #sample(): void {
    const { acknowledged, taken } = this.#traffic;
    this.#samples.push({ atMs: performance.now(), delivered: acknowledged.length, taken: taken.length });
  }
}
