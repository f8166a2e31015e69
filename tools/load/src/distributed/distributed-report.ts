import { describeRow, rounded, type Row } from '../bench/report.ts';
import { median } from '../figures/statistics.ts';
import type { ScenarioFigures } from './k6/seed-scenario.ts';
import type { Handled } from './outbox-watch.ts';

/** Orders a second. */
export type Round = { one: number; distributed: number };

type Counted = { acknowledged: number; posted: number };

/** Medians over the rounds; the ratio is one of medians. */
export type DistributedFigures = {
  ratioToOneProcess: number;
  relayRatio: number;
  /** Commit of the order to commit of the last consumer, at half the rate. */
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of all events of the run. */
  events: number;
  missing: number;
  disordered: number;
  ordersPerSecond: number;
  oneProcessOrdersPerSecond: number;
  ingestEventsPerSecond: number;
  relayEventsPerSecond: number;
  halfOrdersPerSecond: number;
  distributed: Counted;
  oneProcess: Counted;
  /** k6: as the seed says, and ten times that, in turns. */
  scenarios: readonly ScenarioFigures[];
  rounds: number;
  /** What the machine was doing before. */
  loadBefore: number;
};

type Measured = {
  rounds: readonly Round[];
  drained: { events: number; ms: number };
  half: Handled & { ratePerSecond: number };
  all: Handled & { published: number };
  one: Counted;
  distributed: Counted;
  scenarios: readonly ScenarioFigures[];
  loadBefore: number;
};

export function toFigures({ rounds, drained, half, all, one, ...measured }: Measured): DistributedFigures {
  const { distributed, scenarios, loadBefore } = measured;
  const ordersPerSecond = median(rounds.map((round) => round.distributed));
  const oneProcessOrdersPerSecond = median(rounds.map((round) => round.one));
  const ingestEventsPerSecond = (ordersPerSecond * all.published) / distributed.acknowledged;
  const relayEventsPerSecond = (drained.events * 1_000) / drained.ms;
  return {
    ratioToOneProcess: rounded(ordersPerSecond / oneProcessOrdersPerSecond),
    relayRatio: rounded(relayEventsPerSecond / ingestEventsPerSecond),
    p50Ms: rounded(half.p50Ms),
    p99Ms: rounded(half.p99Ms),
    maxMs: rounded(half.maxMs),
    events: all.events,
    missing: all.missing,
    disordered: all.disordered,
    ordersPerSecond: Math.round(ordersPerSecond),
    oneProcessOrdersPerSecond: Math.round(oneProcessOrdersPerSecond),
    ingestEventsPerSecond: Math.round(ingestEventsPerSecond),
    relayEventsPerSecond: Math.round(relayEventsPerSecond),
    halfOrdersPerSecond: Math.round(half.ratePerSecond),
    distributed,
    oneProcess: one,
    scenarios,
    rounds: rounds.length,
    loadBefore: rounded(loadBefore),
  };
}

/** Whether every order that was answered 200 is in its ledger, and every event arrived, in its customer's order. */
export function isWhole({ distributed, oneProcess, missing, disordered }: DistributedFigures): boolean {
  const isPosted = [distributed, oneProcess].every(({ acknowledged, posted }) => acknowledged === posted);
  return isPosted && missing === 0 && disordered === 0;
}

/** A row for each size of the scenario: the median of its turns, and each of them. */
function scenarioRows(scenarios: readonly ScenarioFigures[]): Row[] {
  return [...Map.groupBy(scenarios, ({ ordersPerHour }) => ordersPerHour)].map(([ordersPerHour, turns]) => ({
    what: `k6, ${ordersPerHour} orders/h, p99`,
    value: median(turns.map(({ p99Ms }) => p99Ms)),
    unit: ' ms',
    atMost: 50,
    detail: turns.map(describeTurn).join('; '),
  }));
}

function describeTurn({ orders, balances, refused, sockets, welcomed, updates, diskMaxMs }: ScenarioFigures): string {
  return (
    `orders p50 ${orders.p50Ms} ms, p99 ${orders.p99Ms} ms of ${orders.count}, ` +
    `balances p50 ${balances.p50Ms} ms, p99 ${balances.p99Ms} ms of ${balances.count}, ${refused} refused, ` +
    `${welcomed} of ${sockets} sockets heard ${updates.received} of ${updates.expected} updates, the disk at most ${diskMaxMs} ms`
  );
}

export function describeDistributed(figures: DistributedFigures): string {
  const f = figures;
  const rows: Row[] = [
    {
      what: 'orders, to one process',
      value: f.ratioToOneProcess,
      unit: '×',
      detail: `${f.ordersPerSecond}/s to ${f.oneProcessOrdersPerSecond}/s`,
    },
    {
      what: 'relay to Kafka, to orders',
      value: f.relayRatio,
      unit: '×',
      atLeast: 2,
      detail: `${f.relayEventsPerSecond}/s to ${f.ingestEventsPerSecond}/s`,
    },
    {
      what: 'commit to consumer, p99',
      value: f.p99Ms,
      unit: ' ms',
      atMost: 100,
      detail: `p50 ${f.p50Ms} ms, longest ${f.maxMs} ms, at ${f.halfOrdersPerSecond} orders/s`,
    },
    ...scenarioRows(f.scenarios),
  ];
  const counted = (what: string, { acknowledged, posted }: Counted) =>
    `  ${acknowledged === posted ? '✓' : '✗'} ${what}: acknowledged ${acknowledged}, posted ${posted}\n`;
  const arrived = f.missing === 0 && f.disordered === 0 ? '✓' : '✗';
  return [
    ...rows.map(describeRow),
    counted('distributed', f.distributed),
    counted('one process', f.oneProcess),
    `  ${arrived} ${f.events} events: ${f.missing} missing, ${f.disordered} out of their customer's order\n`,
    `  load of the machine before: ${f.loadBefore}\n`,
  ].join('');
}
