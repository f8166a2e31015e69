export type Labels = Readonly<Record<string, string>>;

/** How many values were at most `bounds[n]`, for each bound and then for all; and what all of them add up to. */
export type Distribution = { bounds: readonly number[]; cumulative: readonly number[]; sum: number };

/**
 * One metric as it stands: what it is called, what it means, and its values. Names follow Prometheus: base units, and
 * `_total` behind what only grows. What can be a label is a word of the code (a route, a job, an outcome), never a merchant
 * or a person: each value of a label is a series that Prometheus keeps.
 */
export type Reading = { name: string; help: string } & (
  | { type: 'counter' | 'gauge'; samples: readonly { labels: Labels; value: number }[] }
  | { type: 'histogram'; samples: readonly { labels: Labels; value: Distribution }[] }
);

/** A part of the product that can be read by whoever watches it. Asked once per look, and only while somebody looks. */
export type MetricSource = { read(): readonly Reading[] | Promise<readonly Reading[]> };

/** Past so many combinations of labels, new ones are counted together: a mistake must not fill Prometheus. */
const seriesMax = 1_000;
const beyond = 'other';

type Description = { name: string; help: string; labels?: readonly string[] };

/** Counts, by labels. Counting is an addition to a number in memory. */
export class Counter {
  readonly #description: Description;
  readonly #series: Series<{ count: number }>;

  constructor(description: Description) {
    this.#description = description;
    this.#series = new Series(description.labels ?? [], () => ({ count: 0 }));
  }

  /** The values of the labels in the order in which they were described. */
  add(count: number, ...values: string[]): void {
    this.#series.of(values).count += count;
  }

  read(): Reading {
    const { name, help } = this.#description;
    const samples = this.#series.list(({ count }) => count);
    return { name, help, type: 'counter', samples };
  }
}

/** Distributions, by labels. Whoever measures often keeps what `of` gives. */
export class Histogram {
  readonly #description: Description;
  readonly #series: Series<Observations>;

  constructor(description: Description & { bounds: readonly number[] }) {
    this.#description = description;
    this.#series = new Series(description.labels ?? [], () => new Observations(description.bounds));
  }

  of(...values: string[]): Observations {
    return this.#series.of(values);
  }

  read(): Reading {
    const { name, help } = this.#description;
    return { name, help, type: 'histogram', samples: this.#series.list((observations) => observations.distribution()) };
  }
}

/** What was measured under one combination of labels. */
export class Observations {
  readonly #bounds: readonly number[];
  /** One for each bound, and one for what is beyond the last. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let place = 0;
    while (place < bounds.length && value > (bounds[place] ?? 0)) place += 1;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
  }

  distribution(): Distribution {
    let total = 0;
    return { bounds: this.#bounds, cumulative: Array.from(this.#counts, (count) => (total += count)), sum: this.#sum };
  }
}

class Series<T> {
  readonly #labels: readonly string[];
  readonly #make: () => T;
  readonly #byKey = new Map<string, { values: readonly string[]; item: T }>();

  constructor(labels: readonly string[], make: () => T) {
    this.#labels = labels;
    this.#make = make;
    if (labels.length === 0) this.of([]);
  }

  of(values: readonly string[]): T {
    const key = values.join('\n');
    const known = this.#byKey.get(key);
    if (known) return known.item;
    if (values.length !== this.#labels.length) throw new Error(`labels are ${this.#labels.join(', ')}`);
    const others = values.map(() => beyond);
    if (this.#byKey.size >= seriesMax && key !== others.join('\n')) return this.of(others);
    const item = this.#make();
    this.#byKey.set(key, { values, item });
    return item;
  }

  list<V>(valueOf: (item: T) => V): { labels: Labels; value: V }[] {
    return [...this.#byKey.values()].map(({ values, item }) => ({
      labels: Object.fromEntries(this.#labels.map((label, nth) => [label, values[nth] ?? ''])),
      value: valueOf(item),
    }));
  }
}
