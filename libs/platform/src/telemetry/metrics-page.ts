import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import type { Distribution, Labels, MetricSource, Reading } from './instruments.ts';
import type { Logger } from './logger.ts';

// Loads prom-client: to be imported only where metrics are asked for.

/** What Prometheus reads, as it stands each time that somebody looks. */
export type MetricsPage = { contentType: string; look(): Promise<string> };

/** A source that asks the database and gets no answer must not keep the others from being told. */
const sourceTimeoutMs = 4_000;

export function openMetricsPage(sources: readonly MetricSource[], logger: Logger): MetricsPage {
  const ofProcess = new Registry();
  // Event loop, garbage collection, memory, processor time and files, under the names that dashboards of Node.js expect.
  collectDefaultMetrics({ register: ofProcess });
  const look = shareLook(async () => {
    const readings = await readAll(sources, logger);
    return (await write(readings)) + (await ofProcess.metrics());
  });
  return { contentType: ofProcess.contentType, look };
}

/** Who asks while somebody is being answered gets the same answer: however many ask, the database is asked once. */
function shareLook(look: () => Promise<string>): () => Promise<string> {
  let running: Promise<string> | undefined;
  return () => (running ??= look().finally(() => (running = undefined)));
}

async function readAll(sources: readonly MetricSource[], logger: Logger): Promise<Reading[]> {
  let failures = 0;
  const readings = await Promise.all(
    sources.map(async (source) => {
      try {
        return await inTime(source.read());
      } catch (error) {
        failures += 1;
        logger.warn({ err: error }, 'some metrics could not be read');
        return [];
      }
    }),
  );
  const unread: Reading = {
    name: 'loyalnest_metric_sources_unread',
    help: 'Sources of metrics that could not be read this time, mostly because the database is away.',
    type: 'gauge',
    samples: [{ labels: {}, value: failures }],
  };
  return [...readings.flat(), unread];
}

async function inTime<T>(reading: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the source of metrics took too long')), sourceTimeoutMs);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}

type Value = { metricName?: string; labels: Labels; value: number };

/** The library writes the format; what it writes are our figures, not its own. */
function write(readings: readonly Reading[]): Promise<string> {
  const registry = new Registry();
  for (const [name, parts] of Map.groupBy(readings, (reading) => reading.name)) {
    const [first] = parts;
    if (!first) continue;
    const values = parts.flatMap(valuesOf);
    const { help, type } = first;
    const metric = { name, help, type, get: () => Promise.resolve({ name, help, type, values }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  return registry.metrics();
}

function valuesOf(reading: Reading): Value[] {
  if (reading.type !== 'histogram') return [...reading.samples];
  return reading.samples.flatMap(({ labels, value }) => bucketsOf(reading.name, labels, value));
}

function bucketsOf(name: string, labels: Labels, { bounds, cumulative, sum }: Distribution): Value[] {
  const bounded = [...bounds.map(String), '+Inf'].map((le, nth) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value: cumulative[nth] ?? 0,
  }));
  const total = cumulative.at(-1) ?? 0;
  return [
    ...bounded,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ];
}
