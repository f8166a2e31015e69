import { loadavg } from 'node:os';
import type { Progress } from '@loyalnest/dev/progress';
import { median } from '../figures/statistics.ts';
import { Generator } from '../http/generator.ts';
import { toFigures, type DistributedFigures, type Round } from './distributed-report.ts';
import { ensureK6 } from './k6/program.ts';
import { runSeedScenario, type ScenarioFigures } from './k6/seed-scenario.ts';
import type { Handled } from './outbox-watch.ts';
import { openDistributed, openOneProcess, type Closing, type Side } from './side.ts';

export type BenchDistributedOptions = {
  /** Of each measurement. */
  seconds: number;
  rounds: number;
  progress: Progress;
};

/** Enough for some 167 orders at the seed's rate, and ten times as many balances. */
const scenarioSeconds = 60;
/** As many orders as the seed names, and ten times as many, in turns: one minute says little of the slowest hundredth. */
const scenarioTurns = [1, 10, 1, 10, 1, 10];

/**
 * Measures the distributed shape beside one process: each has a PostgreSQL with the same settings, both run all along, and they
 * take turns, so that whatever slows the machine down for a while slows both.
 */
export async function benchDistributed(options: BenchDistributedOptions): Promise<DistributedFigures> {
  const k6 = await ensureK6(options.progress);
  const generator = new Generator();
  const stopping = new AbortController();
  const closing: Closing = [];
  let cleaned: Promise<void> | undefined;
  const cleanUp = () => (cleaned ??= close());
  const close = async () => {
    stopping.abort();
    generator.stop();
    for (const one of closing.toReversed()) await one();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().then(() => process.exit(130)));
  try {
    const loadBefore = loadavg()[0] ?? Number.NaN;
    const { progress } = options;
    progress.begin('one process');
    const one = await openOneProcess(generator, closing);
    progress.done('one process, 5,000 merchants, 100,000 customers');
    progress.begin('a process for each service, Redis Cluster, Kafka and nginx');
    const distributed = await openDistributed(generator, closing);
    progress.done('a process for each service, Redis Cluster, Kafka and nginx; as many merchants and customers');

    const rounds = await takeTurns(one, distributed, options);
    const drained = await drainBacklog(distributed, options);
    const half = await sellAtRate(distributed, median(rounds.map((round) => round.distributed)) / 2, options);
    const scenarios = await playScenarios(distributed, { k6, signal: stopping.signal, progress });
    return toFigures({
      rounds,
      drained,
      half,
      scenarios,
      all: { ...(await distributed.outbox.handledAfter(0)), published: await distributed.outbox.published() },
      one: await one.door.count(),
      distributed: await distributed.door.count(),
      loadBefore,
    });
  } finally {
    await cleanUp();
  }
}

async function takeTurns(
  one: Side,
  distributed: Side,
  { rounds, seconds, progress }: BenchDistributedOptions,
): Promise<Round[]> {
  const sell = async ({ door, outbox }: Side) => {
    const { perSecond } = await door.sell({ seconds });
    // What an order leaves to be done later belongs to it, not to whoever is measured next.
    await outbox.waitUntilHandled();
    return perSecond;
  };
  progress.begin('warming up');
  await sell(one);
  await sell(distributed);
  progress.done('warmed up');
  const measured: Round[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    progress.begin(`round ${round} of ${rounds}`);
    const figures: Round = { one: 0, distributed: 0 };
    // Who comes first changes: a machine that gets slower all along is not to favour one of them.
    const order = round % 2 === 1 ? [one, distributed] : [distributed, one];
    for (const side of order) figures[side === one ? 'one' : 'distributed'] = await sell(side);
    measured.push(figures);
    progress.done(
      `round ${round} of ${rounds}: ${Math.round(figures.distributed)} orders/s, one process ${Math.round(figures.one)}`,
    );
  }
  return measured;
}

/** Orders whose events the relay may not deliver, and then may. */
async function drainBacklog(
  { door, outbox }: Side,
  { seconds, progress }: BenchDistributedOptions,
): Promise<{ events: number; ms: number }> {
  progress.begin('a backlog for the relay');
  await outbox.holdRelay();
  await door.sell({ seconds });
  const drained = await outbox.drain();
  await outbox.waitUntilHandled();
  progress.done(`${drained.events} events drained to Kafka in ${Math.round(drained.ms)} ms`);
  return drained;
}

async function sellAtRate(
  { door, outbox }: Side,
  ratePerSecond: number,
  { seconds, progress }: BenchDistributedOptions,
): Promise<Handled & { ratePerSecond: number }> {
  progress.begin('half the rate');
  const fromId = await outbox.lastId();
  await door.sell({ seconds, ratePerSecond });
  await outbox.waitUntilHandled();
  const handled = await outbox.handledAfter(fromId);
  progress.done(`${handled.events} events to the last consumer, p99 ${Math.round(handled.p99Ms)} ms`);
  return { ...handled, ratePerSecond };
}

async function playScenarios(
  { bed, door, outbox }: Side,
  { progress, ...options }: { k6: string; signal: AbortSignal; progress: Progress },
): Promise<ScenarioFigures[]> {
  const played: ScenarioFigures[] = [];
  for (const [turn, times] of scenarioTurns.entries()) {
    progress.begin(
      `k6, the seed's scenario${times === 1 ? '' : `, ${times} times`} (${turn + 1} of ${scenarioTurns.length})`,
    );
    const figures = await runSeedScenario({ ...options, bed, door, times, seconds: scenarioSeconds });
    await outbox.waitUntilHandled();
    played.push(figures);
    progress.done(
      `k6: ${figures.ordersPerHour} orders/hour, ${figures.sockets} sockets, p99 ${Math.round(figures.p99Ms)} ms, disk at most ${Math.round(figures.diskMaxMs)} ms`,
    );
  }
  return played;
}
