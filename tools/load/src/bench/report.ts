import { median, type Latencies } from '../figures/statistics.ts';
import type { LoadResult } from '../http/load.ts';
import type { PgbenchResult } from '../pgbench/pgbench.ts';
import type { PgbenchSettings } from './pgbench-side.ts';

export type Round = {
  orders: LoadResult;
  pgbenchOrders: PgbenchResult;
  oneCustomer: LoadResult;
  oneMerchant: LoadResult;
  open: LoadResult;
  /** Pages flushed beside `open`. */
  disk: Latencies;
  /** The yardstick of `open`: the same orders at the same rate. */
  pgbenchOpen: Latencies;
  balances: LoadResult;
  pgbenchBalances: PgbenchResult;
};

/** Medians over the rounds; ratios are ratios of medians. Memory is missing where the system does not tell it. */
export type Figures = {
  ratioToPgbench: number;
  p99Ms: number;
  hotCustomerRatio: number;
  merchantsRatio: number;
  balanceRatio: number;
  idleMb: number | undefined;
  peakMb: number | undefined;
  acknowledged: number;
  posted: number;
  ordersPerSecond: number;
  pgbenchOrdersPerSecond: number;
  hotCustomerOrdersPerSecond: number;
  oneMerchantOrdersPerSecond: number;
  p50Ms: number;
  p999Ms: number;
  /** Of the same orders from pgbench at the same rate. */
  pgbenchP99Ms: number;
  /** The longest that one page took to the disk beside the orders at the rate, in the median round. */
  diskMaxMs: number;
  balancesPerSecond: number;
  pgbenchBalancesPerSecond: number;
  /** Some seconds after the last load. */
  settledMb: number | undefined;
  rounds: number;
  pgbench: { orders: PgbenchSettings; balances: PgbenchSettings };
};

type Measured = Pick<Figures, 'idleMb' | 'settledMb' | 'peakMb' | 'acknowledged' | 'posted' | 'pgbench'> & {
  rounds: readonly Round[];
};

export function toFigures({ rounds, ...measured }: Measured): Figures {
  const over = (value: (round: Round) => number) => median(rounds.map(value));
  const ordersPerSecond = over((round) => round.orders.perSecond);
  const pgbenchOrdersPerSecond = over((round) => round.pgbenchOrders.perSecond);
  const hotCustomerOrdersPerSecond = over((round) => round.oneCustomer.perSecond);
  const oneMerchantOrdersPerSecond = over((round) => round.oneMerchant.perSecond);
  const balancesPerSecond = over((round) => round.balances.perSecond);
  const pgbenchBalancesPerSecond = over((round) => round.pgbenchBalances.perSecond);
  return {
    ratioToPgbench: rounded(ordersPerSecond / pgbenchOrdersPerSecond),
    p99Ms: rounded(over((round) => round.open.latencies.p99Ms)),
    hotCustomerRatio: rounded(hotCustomerOrdersPerSecond / ordersPerSecond),
    merchantsRatio: rounded(ordersPerSecond / oneMerchantOrdersPerSecond),
    balanceRatio: rounded(balancesPerSecond / pgbenchBalancesPerSecond),
    idleMb: measured.idleMb,
    peakMb: measured.peakMb,
    acknowledged: measured.acknowledged,
    posted: measured.posted,
    ordersPerSecond: Math.round(ordersPerSecond),
    pgbenchOrdersPerSecond: Math.round(pgbenchOrdersPerSecond),
    hotCustomerOrdersPerSecond: Math.round(hotCustomerOrdersPerSecond),
    oneMerchantOrdersPerSecond: Math.round(oneMerchantOrdersPerSecond),
    p50Ms: rounded(over((round) => round.open.latencies.p50Ms)),
    p999Ms: rounded(over((round) => round.open.latencies.p999Ms)),
    pgbenchP99Ms: rounded(over((round) => round.pgbenchOpen.p99Ms)),
    diskMaxMs: rounded(over((round) => round.disk.maxMs)),
    balancesPerSecond: Math.round(balancesPerSecond),
    pgbenchBalancesPerSecond: Math.round(pgbenchBalancesPerSecond),
    settledMb: measured.settledMb,
    rounds: rounds.length,
    pgbench: measured.pgbench,
  };
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Whether every order that was answered 200 is in the ledger, and nothing else is. */
export function isPosted({ acknowledged, posted }: Figures): boolean {
  return acknowledged === posted;
}

export type Row = {
  what: string;
  value: number | undefined;
  unit: string;
  atLeast?: number;
  atMost?: number;
  detail: string;
};

export function describe(figures: Figures): string {
  const f = figures;
  const rows: Row[] = [
    {
      what: 'orders, HTTP to pgbench',
      value: f.ratioToPgbench,
      unit: '×',
      atLeast: 1.2,
      detail: `${f.ordersPerSecond}/s to ${f.pgbenchOrdersPerSecond}/s`,
    },
    {
      what: 'p99 at 1,000 orders/s',
      value: f.p99Ms,
      unit: ' ms',
      atMost: 20,
      detail: `p50 ${f.p50Ms} ms, p99.9 ${f.p999Ms} ms; pgbench's p99 ${f.pgbenchP99Ms} ms, the disk at most ${f.diskMaxMs} ms`,
    },
    {
      what: 'one customer to all',
      value: f.hotCustomerRatio,
      unit: '×',
      atLeast: 0.8,
      detail: `${f.hotCustomerOrdersPerSecond}/s`,
    },
    {
      what: '5,000 merchants to one',
      value: f.merchantsRatio,
      unit: '×',
      atLeast: 0.9,
      detail: `one: ${f.oneMerchantOrdersPerSecond}/s`,
    },
    {
      what: 'balances, HTTP to pgbench',
      value: f.balanceRatio,
      unit: '×',
      atLeast: 0.4,
      detail: `${f.balancesPerSecond}/s to ${f.pgbenchBalancesPerSecond}/s`,
    },
    {
      what: 'memory idle',
      value: f.idleMb,
      unit: ' MB',
      atMost: 220,
      detail: `peak ${f.peakMb} MB, afterwards ${f.settledMb} MB`,
    },
  ];
  const posted = `${isPosted(f) ? '✓' : '✗'} acknowledged ${f.acknowledged}, posted ${f.posted}\n`;
  return `${rows.map(describeRow).join('')}  ${posted}`;
}

export function describeRow({ what, value, unit, atLeast = -Infinity, atMost = Infinity, detail }: Row): string {
  const isMet = value !== undefined && value >= atLeast && value <= atMost;
  const bound = atMost === Infinity ? `at least ${atLeast}` : `at most ${atMost}`;
  const target = atLeast === -Infinity && atMost === Infinity ? '' : `${bound}${unit.trim() === '×' ? '' : unit}; `;
  return `  ${isMet ? '✓' : '✗'} ${what.padEnd(26)} ${`${value ?? '?'}${unit}`.padStart(9)}  (${target}${detail})\n`;
}
