import type { Bed } from '../bed/bed.ts';
import { balanceScript, orderScript } from '../pgbench/scripts.ts';
import { recordPosting, type Statement } from '../pgbench/recording.ts';
import {
  runPgbench,
  runPgbenchAtRate,
  type PgbenchResult,
  type PgbenchRun,
  type PlanCacheMode,
} from '../pgbench/pgbench.ts';
import type { Latencies } from '../figures/statistics.ts';
import { passOver, waitUntilDelivered } from '../bed/outbox.ts';

export type PgbenchSettings = {
  clients: number;
  planCacheMode: PlanCacheMode;
};

/** What pgbench may be best with on two cores. */
const candidates: readonly PgbenchSettings[] = [4, 8, 16, 32].flatMap((clients) => [
  { clients, planCacheMode: 'auto' as const },
  { clients, planCacheMode: 'force_generic_plan' as const },
]);
const calibrateSeconds = 2;

/** Clients that may be under way when orders come at a rate: enough that none waits for a free one. */
const clientsAtRate = 32;

/** Orders of one run are numbered within this range. */
const ordersPerRunMax = 10_000_000_000;
const firstOrderId = 1_000_000_000_000;

/** The yardstick: the same statements from pgbench, as the same role, in the same database, one order per transaction. */
export class PgbenchSide {
  readonly #bed: Bed;
  readonly #seconds: number;
  readonly #statements: readonly Statement[];
  #runs = 0;
  #orderSettings = candidates[0] as PgbenchSettings;
  #balanceSettings = candidates[0] as PgbenchSettings;

  private constructor(options: { bed: Bed; seconds: number; statements: readonly Statement[] }) {
    this.#bed = options.bed;
    this.#seconds = options.seconds;
    this.#statements = options.statements;
  }

  static async open(options: { bed: Bed; seconds: number }): Promise<PgbenchSide> {
    const statements = await recordPosting(options.bed.databaseUrlOf('points'));
    return new PgbenchSide({ ...options, statements });
  }

  get settings(): { orders: PgbenchSettings; balances: PgbenchSettings } {
    return { orders: this.#orderSettings, balances: this.#balanceSettings };
  }

  describe(): string {
    const { clients, planCacheMode } = this.#orderSettings;
    return `${clients} clients, plan_cache_mode ${planCacheMode}`;
  }

  async calibrate(): Promise<void> {
    this.#orderSettings = await best((settings) => this.#orders(settings, calibrateSeconds));
    this.#balanceSettings = await best((settings) => this.#balances(settings, calibrateSeconds));
  }

  orders(): Promise<PgbenchResult> {
    return this.#orders(this.#orderSettings, this.#seconds);
  }

  /** The same orders at a rate, none sooner than it is due. */
  ordersAtRate({ ratePerSecond, warmUpMs }: { ratePerSecond: number; warmUpMs: number }): Promise<Latencies> {
    const run = {
      ...this.#orderSettings,
      clients: clientsAtRate,
      script: this.#orderScript(),
      databaseUrl: this.#bed.databaseUrlOf('points'),
      seconds: this.#seconds + Math.ceil(warmUpMs / 1_000),
    };
    return this.#alone((common) => runPgbenchAtRate({ ...run, ...common, ratePerSecond, warmUpMs }));
  }

  balances(): Promise<PgbenchResult> {
    return this.#balances(this.#balanceSettings, this.#seconds);
  }

  #orders(settings: PgbenchSettings, seconds: number): Promise<PgbenchResult> {
    const run = { ...settings, script: this.#orderScript(), databaseUrl: this.#bed.databaseUrlOf('points'), seconds };
    return this.#alone((common) => runPgbench({ ...run, ...common }));
  }

  #orderScript() {
    return orderScript(this.#statements, firstOrderId + this.#runs * ordersPerRunMax);
  }

  /** As the owner, whom row-level security does not slow down. */
  #balances(settings: PgbenchSettings, seconds: number): Promise<PgbenchResult> {
    const run = { ...settings, script: balanceScript, databaseUrl: this.#bed.ownerUrl, seconds };
    return this.#alone((common) => runPgbench({ ...run, ...common }));
  }

  /** pgbench has the machine to itself: the server, which would deliver the events of its orders, is halted meanwhile. */
  async #alone<R>(run: (common: Pick<PgbenchRun, 'folder' | 'seed'>) => Promise<R>): Promise<R> {
    this.#runs += 1;
    process.kill(this.#bed.serverPid, 'SIGSTOP');
    let result: R;
    try {
      result = await run({ folder: this.#bed.instance.home, seed: this.#runs });
      await passOver(this.#bed.ownerUrl);
    } finally {
      process.kill(this.#bed.serverPid, 'SIGCONT');
    }
    await waitUntilDelivered(this.#bed.ownerUrl);
    return result;
  }
}

async function best(measure: (settings: PgbenchSettings) => Promise<PgbenchResult>): Promise<PgbenchSettings> {
  const results: { settings: PgbenchSettings; perSecond: number }[] = [];
  for (const settings of candidates) results.push({ settings, ...(await measure(settings)) });
  const [winner] = results.toSorted((a, b) => b.perSecond - a.perSecond);
  if (!winner) throw new Error('nothing was tried');
  return winner.settings;
}
