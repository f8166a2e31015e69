import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@loyalnest/dev/progress';
import { Bed } from '../bed/bed.ts';
import { watchDisk } from '../bed/disk-watch.ts';
import { memoryOf } from '../bed/memory.ts';
import { prepareShops } from '../bed/prepare.ts';
import { Generator } from '../http/generator.ts';
import type { LoadResult } from '../http/load.ts';
import { workloads, type Workload } from '../orders/population.ts';
import { assertPgbench } from '../pgbench/pgbench.ts';
import { HttpSide, openRatePerSecond, warmUpMs } from './http-side.ts';
import { PgbenchSide } from './pgbench-side.ts';
import { toFigures, type Figures, type Round } from './report.ts';

export type BenchOptions = {
  /** Of each measurement. */
  seconds: number;
  rounds: number;
  progress: Progress;
};

/** The server's memory after its start is at rest by then. */
const settleMs = 5_000;

/**
 * Measures orders and balance reads through HTTP beside pgbench, on one database, in turns: whatever slows the machine
 * down for a while slows both.
 */
export async function benchOrders({ seconds, rounds, progress }: BenchOptions): Promise<Figures> {
  await assertPgbench();
  progress.begin('PostgreSQL and the server');
  const bed = await Bed.make();
  const generator = new Generator();
  const cleanUp = async () => {
    generator.stop();
    await bed.remove();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().then(() => process.exit(130)));
  try {
    await prepareShops(bed.ownerUrl);
    await bed.startServer();
    await sleep(settleMs);
    const idle = memoryOf(bed.serverPid);
    progress.done(`PostgreSQL and the server (${idle?.residentMb} MB), 5,000 merchants, 100,000 customers`);

    const http = new HttpSide({ bed, generator, seconds });
    const pgbench = await PgbenchSide.open({ bed, seconds });
    progress.begin('warming up; looking for what pgbench does best with');
    await http.warmUp();
    await pgbench.calibrate();
    progress.done(`pgbench posts orders with ${pgbench.describe()}`);

    const measured: Round[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress.begin(`round ${round} of ${rounds}`);
      const result = await measureRound({ http, pgbench, folder: bed.instance.home, round });
      measured.push(result);
      progress.done(
        `round ${round} of ${rounds}: ${Math.round(result.orders.perSecond)} orders/s, pgbench ${Math.round(result.pgbenchOrders.perSecond)}; ` +
          `p99 ${Math.round(result.open.latencies.p99Ms)} ms, pgbench ${Math.round(result.pgbenchOpen.p99Ms)}, disk at most ${Math.round(result.disk.maxMs)}; ` +
          `${Math.round(result.balances.perSecond)} balances/s, pgbench ${Math.round(result.pgbenchBalances.perSecond)}`,
      );
    }
    await sleep(settleMs);
    return toFigures({
      rounds: measured,
      idleMb: idle?.residentMb,
      settledMb: memoryOf(bed.serverPid)?.residentMb,
      peakMb: memoryOf(bed.serverPid)?.peakMb,
      pgbench: pgbench.settings,
      ...(await http.count()),
    });
  } finally {
    await cleanUp();
  }
}

type RoundOptions = { http: HttpSide; pgbench: PgbenchSide; folder: string; round: number };

/** Each round begins with another workload: whichever comes first finds a server that has rested. */
async function measureRound({ http, pgbench, folder, round }: RoundOptions): Promise<Round> {
  const begin = round % workloads.length;
  const orders = {} as Record<Workload, LoadResult>;
  for (const workload of [...workloads.slice(begin), ...workloads.slice(0, begin)])
    orders[workload] = await http.orders(workload);
  const pgbenchOrders = await pgbench.orders();
  const { result: open, disk } = await watchDisk(folder, () => http.ordersAtRate());
  const pgbenchOpen = await pgbench.ordersAtRate({ ratePerSecond: openRatePerSecond, warmUpMs });
  const balances = await http.balances();
  const pgbenchBalances = await pgbench.balances();
  return {
    orders: orders.spread,
    pgbenchOrders,
    oneCustomer: orders['one-customer'],
    oneMerchant: orders['one-merchant'],
    open,
    disk,
    pgbenchOpen,
    balances,
    pgbenchBalances,
  };
}
