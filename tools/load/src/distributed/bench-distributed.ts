import { loadavg } from 'node:os';
import { portCount } from '@loyalnest/dev/distributed/layout';
import type { Progress } from '@loyalnest/dev/progress';
import { Bed } from '../bed/bed.ts';
import { prepareShops } from '../bed/prepare.ts';
import { median } from '../figures/statistics.ts';
import { Generator } from '../http/generator.ts';
import { toFigures, type DistributedFigures, type Round } from './distributed-report.ts';
import { Door } from './door.ts';
import { ensureK6 } from './k6/program.ts';
import { runSeedScenario, type ScenarioFigures } from './k6/seed-scenario.ts';
import { OutboxWatch } from './outbox-watch.ts';
import { keepCommitTimes } from './settings.ts';
import { startServices, type Services } from './start-services.ts';

export type BenchDistributedOptions = {
  /** Of each measurement. */
  seconds: number;
  rounds: number;
  progress: Progress;
};

/** Enough for some 55 orders at the seed's rate, and ten times as many balances. */
const scenarioSeconds = 20;

/** One of the shapes on a PostgreSQL of its own. */
type Side = { bed: Bed; door: Door; outbox: OutboxWatch };

/**
 * Measures the distributed shape beside one process: each has a PostgreSQL with the same settings, both run all along, and they
 * take turns, so that whatever slows the machine down for a while slows both.
 */
export async function benchDistributed(options: BenchDistributedOptions): Promise<DistributedFigures> {
  const closing: (() => Promise<void>)[] = [];
  let cleaned: Promise<void> | undefined;
  const cleanUp = () => {
    cleaned ??= (async () => {
      for (const close of closing.toReversed()) await close();
    })();
    return cleaned;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().then(() => process.exit(130)));
  try {
    return await measure(options, closing);
  } finally {
    await cleanUp();
  }
}

async function measure(
  { seconds, rounds, progress }: BenchDistributedOptions,
  closing: (() => Promise<void>)[],
): Promise<DistributedFigures> {
  const load = loadavg()[0] ?? Number.NaN;
  const stopping = new AbortController();
  closing.push(async () => stopping.abort());
  const k6 = await ensureK6(progress);
  const generator = new Generator();
  closing.push(async () => generator.stop());
  const open = async (ports: number | undefined, start: (bed: Bed) => Promise<Services | undefined>): Promise<Side> => {
    const bed = await Bed.make(ports === undefined ? {} : { ports });
    closing.push(() => bed.remove());
    await keepCommitTimes(bed.ownerUrl);
    await bed.restartPostgres();
    await prepareShops(bed.ownerUrl);
    const services = await start(bed);
    if (services) closing.push(() => services.stop());
    const outbox = await OutboxWatch.open(bed.ownerUrl);
    closing.push(() => outbox.close());
    return { bed, door: new Door(bed, generator), outbox };
  };
  progress.begin('one process');
  const one = await open(undefined, async (bed) => void (await bed.startServer()));
  progress.done('one process, 5,000 merchants, 100,000 customers');
  progress.begin('a process for each service, Redis Cluster, Kafka and nginx');
  const distributed = await open(portCount, startServices);
  progress.done('a process for each service, Redis Cluster, Kafka and nginx; as many merchants and customers');

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
    // Who comes first changes: a machine that gets slower all along is not to favour one of them.
    const isOneFirst = round % 2 === 1;
    const before = isOneFirst ? await sell(one) : undefined;
    const inTheMiddle = await sell(distributed);
    const result = { one: before ?? (await sell(one)), distributed: inTheMiddle };
    measured.push(result);
    progress.done(
      `round ${round} of ${rounds}: ${Math.round(result.distributed)} orders/s, one process ${Math.round(result.one)}`,
    );
  }

  progress.begin('a backlog for the relay');
  const ordersPerSecond = median(measured.map((round) => round.distributed));
  await distributed.outbox.holdRelay();
  await distributed.door.sell({ seconds });
  const drained = await distributed.outbox.drain();
  await distributed.outbox.waitUntilHandled();
  progress.done(`${drained.events} events drained to Kafka in ${Math.round(drained.ms)} ms`);

  progress.begin('half the rate');
  const ratePerSecond = ordersPerSecond / 2;
  const fromId = await distributed.outbox.lastId();
  await distributed.door.sell({ seconds, ratePerSecond });
  await distributed.outbox.waitUntilHandled();
  const half = await distributed.outbox.handledAfter(fromId);
  progress.done(`${half.events} events to the last consumer, p99 ${Math.round(half.p99Ms)} ms`);
  const scenarios: ScenarioFigures[] = [];
  for (const times of [1, 10]) {
    progress.begin(`k6: the seed's scenario, ${times} times`);
    const scenario = await runSeedScenario({
      k6,
      ...distributed,
      times,
      seconds: scenarioSeconds,
      signal: stopping.signal,
    });
    scenarios.push(scenario);
    progress.done(
      `k6: ${scenario.ordersPerHour} orders/hour, ${scenario.sockets} sockets, p99 ${Math.round(scenario.p99Ms)} ms`,
    );
  }
  await distributed.outbox.waitUntilHandled();
  const all = await distributed.outbox.handledAfter(0);

  return toFigures({
    rounds: measured,
    drained,
    half: { ...half, ratePerSecond },
    all: { ...all, published: await distributed.outbox.published() },
    one: await one.door.count(),
    distributed: await distributed.door.count(),
    scenarios,
    loadBefore: load,
  });
}
