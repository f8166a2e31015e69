import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '@loyalnest/dev/errors';
import type { Progress } from '@loyalnest/dev/progress';
import pg from 'pg';
import { Bed } from '../bed/bed.ts';
import { prepareShops } from '../bed/prepare.ts';
import { seededRandom } from '../figures/random.ts';
import { customerCount } from '../orders/population.ts';
import { Fleet, type FleetReport } from './fleet.ts';
import { OrderStream } from './order-stream.ts';
import { Collector } from './collector.ts';
import { settledKb } from './resident.ts';
import { tally, type SocketFigures } from './socket-report.ts';

export type BenchSocketsOptions = { sockets: number; progress: Progress };

/** Processes that hold sockets. */
const fleetCount = 2;
/** Before anything is measured, the server has seen as many sockets as this come and go, and orders of theirs. */
const warmUpSockets = 500;
const warmUpMs = 3_000;
/** Half of what the machine gives beside the sockets' own processes, so that a wait is the server's and not the bench's. */
const ordersPerSecond = 200;
const measureMs = 15_000;
/** The server is killed after this much of the second round of orders. */
const killAfterMs = 3_000;
const stormMs = 15_000;
/** Time for everybody to be back and to have heard everything; on a machine that does nothing else it takes two seconds. */
const catchUpMs = 120_000;
/** Files that a process opens besides its sockets. */
const otherFiles = 500;
const firstOrderId = 6_000_000_000_000;

/**
 * Opens sockets of that many shoppers, weighs them, and counts what they hear of their orders: while the server lives, and
 * while it is killed and everybody comes back at once.
 */
export async function benchSockets({ sockets, progress }: BenchSocketsOptions): Promise<SocketFigures> {
  assertRoom(sockets);
  progress.begin('PostgreSQL and the server');
  const bed = await Bed.make();
  const fleets = Array.from({ length: fleetCount }, () => new Fleet());
  const cleanUp = async () => {
    for (const fleet of fleets) fleet.stop();
    await bed.remove();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().then(() => process.exit(130)));
  try {
    await prepareShops(bed.ownerUrl);
    const collector = await Collector.startWith(() => bed.startServer());
    progress.done('PostgreSQL and the server, 5,000 merchants, 100,000 customers');
    const bench = new Bench(bed, fleets);

    progress.begin(`warming up with ${warmUpSockets} sockets`);
    await bench.open(spread(warmUpSockets));
    await bench.sell(spread(warmUpSockets), warmUpMs);
    await bench.closeAll();
    await collector.open(bed.serverPid);
    const beforeKb = await settledKb(bed.serverPid, collector);

    progress.begin(`opening ${sockets} sockets`);
    const customers = spread(sockets);
    await bench.open(customers);
    const afterKb = await settledKb(bed.serverPid, collector);
    const kbPerSocket = (afterKb - beforeKb) / sockets;
    collector.close();
    progress.done(`${sockets} sockets, ${kbPerSocket.toFixed(1)} kB each`);

    progress.begin(`${ordersPerSecond} orders a second`);
    const calm = await bench.sell(customers, measureMs);
    await bench.awaitUpdates(customers, catchUpMs);
    progress.done(`${calm.sentNs.size} orders while all are connected`);

    progress.begin('the server is killed and all come back');
    const selling = bench.sell(customers, stormMs);
    await sleep(killAfterMs);
    await bed.kill('server', 'SIGKILL');
    await bed.startServer();
    const storm = await selling;
    await bench.awaitUpdates(customers, catchUpMs);
    progress.done(`${storm.sentNs.size} orders while ${sockets} sockets came back`);

    return tally({
      sockets,
      kbPerSocket,
      expected: await bench.postedTransfers(),
      arrivals: bench.arrivals,
      connected: bench.connected,
      lost: bench.lost,
      calm,
      resent: storm.resent,
    });
  } finally {
    await cleanUp();
  }
}

/** Shoppers from all over the population, so that shops of every size are among them. */
function spread(count: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.floor((index * customerCount) / count));
}

class Bench {
  readonly #bed: Bed;
  readonly #fleets: readonly Fleet[];
  readonly #random = seededRandom(1);
  #nextOrderId = firstOrderId;
  /** Orders before it were for warming up. */
  #measuredFrom = firstOrderId;
  arrivals: FleetReport['arrivals'] = [];
  lost = 0;
  connected = 0;

  constructor(bed: Bed, fleets: readonly Fleet[]) {
    this.#bed = bed;
    this.#fleets = fleets;
  }

  async open(customers: readonly number[]): Promise<void> {
    await Promise.all(
      this.#fleets.map((fleet, index) =>
        fleet.obey({
          kind: 'open',
          customers: customers.filter((_, nth) => nth % this.#fleets.length === index),
          serverUrl: this.#bed.instance.serverUrl,
          secret: this.#bed.secrets.shopifyClientSecret,
          seed: index + 1,
        }),
      ),
    );
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.#fleets.map((fleet) => fleet.obey({ kind: 'close' })));
    this.arrivals = [];
    this.#measuredFrom = this.#nextOrderId;
  }

  /** Orders of these customers for so long. */
  async sell(customers: readonly number[], durationMs: number): Promise<OrderStream> {
    const orders = new OrderStream({
      port: this.#bed.instance.ports.server,
      secret: this.#bed.secrets.shopifyClientSecret,
      customers,
      ratePerSecond: ordersPerSecond,
      random: this.#random,
      firstOrderId: this.#nextOrderId,
    });
    await orders.run(durationMs);
    this.#nextOrderId += orders.sentNs.size;
    return orders;
  }

  /** Waits until all are connected and as many updates came as there are transfers, but not for ever. */
  async awaitUpdates(customers: readonly number[], timeoutMs: number): Promise<void> {
    const beganMs = performance.now();
    const expected = (await this.postedTransfers()).size;
    for (;;) {
      const reports = await Promise.all(this.#fleets.map((fleet) => fleet.obey({ kind: 'report' })));
      for (const report of reports) this.arrivals.push(...report.arrivals);
      this.lost = reports.reduce((sum, report) => sum + report.lost, 0);
      this.connected = reports.reduce((sum, report) => sum + report.connected, 0);
      const isComplete = this.connected === customers.length && this.arrivals.length >= expected;
      if (isComplete || performance.now() - beganMs > timeoutMs) break;
      await sleep(100);
    }
    // What comes twice comes later.
    await sleep(1_000);
    const reports = await Promise.all(this.#fleets.map((fleet) => fleet.obey({ kind: 'report' })));
    for (const report of reports) this.arrivals.push(...report.arrivals);
  }

  /** What the ledger says: transfers since the warm-up, with whom they concern. */
  async postedTransfers(): Promise<Map<number, number>> {
    const client = new pg.Client({ connectionString: this.#bed.ownerUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ transfer_id: string; customer_id: string }>(
        `select transfer_id, customer_id from points.points_transactions where order_id >= $1`,
        [this.#measuredFrom],
      );
      return new Map(rows.map((row) => [Number(row.transfer_id), Number(row.customer_id)]));
    } finally {
      await client.end();
    }
  }
}

/** Every socket is a file, here and at the server. */
function assertRoom(sockets: number): void {
  if (process.platform !== 'linux') throw new UserError('bench sockets reads memory as Linux tells it');
  const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const needed = sockets + otherFiles;
  if (Number(limit ?? Infinity) < needed)
    throw new UserError(
      `${sockets} sockets need ${needed} open files; this shell allows ${limit}: ulimit -n ${needed}`,
    );
  if (sockets > customerCount) throw new UserError(`--sockets is at most ${customerCount}: one for each customer`, 2);
}
