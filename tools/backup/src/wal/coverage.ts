import { z } from 'zod';
import { formatLsn, parseLsn, type Lsn } from '../postgres/lsn.ts';
import type { SealedTarget } from '../target/sealed-target.ts';

/** Everything that was committed until then, by the server's clock, lies before this position and is in the target. */
export type Coverage = { until: Date; lsn: Lsn };

const coverageSchema = z.object({
  until: z.iso.datetime().transform((text) => new Date(text)),
  lsn: z.string().transform(parseLsn),
});

const coverageName = 'coverage.json';

export async function writeCoverage(target: SealedTarget, { until, lsn }: Coverage): Promise<void> {
  await target.put(coverageName, Buffer.from(JSON.stringify({ until: until.toISOString(), lsn: formatLsn(lsn) })));
}

export async function readCoverage(target: SealedTarget): Promise<Coverage | undefined> {
  const content = await target.find(coverageName);
  return content && coverageSchema.parse(JSON.parse(content.toString('utf8')));
}

/** Turns "the server was here at that moment" into "everything up to that moment is stored". */
export class CoverageTracker {
  #pending: Coverage[] = [];
  #reached: Coverage | undefined;

  expect(coverage: Coverage): void {
    this.#pending.push(coverage);
  }

  /** The latest moment that what is stored covers, unless it was written already. */
  reached(storedLsn: Lsn): Coverage | undefined {
    const last = this.#pending.findLastIndex(({ lsn }) => lsn <= storedLsn);
    if (last >= 0) this.#reached = this.#pending.splice(0, last + 1).at(-1);
    return this.#reached;
  }

  written(coverage: Coverage): void {
    if (this.#reached === coverage) this.#reached = undefined;
  }
}
