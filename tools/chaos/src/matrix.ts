import type { Shape } from '@loyalnest/dev/instance';
import type { Progress } from '@loyalnest/dev/progress';
import { runCell, type Cell, type CellPlan } from './cell.ts';
import { findLost, settle, type Invariants } from './invariants.ts';
import { Operations } from './load/operations.ts';
import { describeErrors } from './report.ts';
import { openWhole } from './whole/open.ts';

export type MatrixPlan = { shape: Shape; cells: readonly CellPlan[] };

export type ChaosResult = { cells: Cell[]; invariants: Invariants; seconds: number };

/** Every fault of the plan, one after the other, on one copy of the product per shape. */
export async function runMatrix(plans: readonly MatrixPlan[], progress: Progress): Promise<ChaosResult> {
  const startMs = performance.now();
  const cells: Cell[] = [];
  const invariants: Invariants = { lost: [], doubled: [], differences: [] };
  for (const plan of plans) {
    if (plan.cells.length === 0) continue;
    const found = await runShape(plan, progress, cells);
    for (const name of ['lost', 'doubled', 'differences'] as const) invariants[name].push(...found[name]);
  }
  return { cells, invariants, seconds: Math.round((performance.now() - startMs) / 1_000) };
}

async function runShape(plan: MatrixPlan, progress: Progress, cells: Cell[]): Promise<Invariants> {
  const { shape } = plan;
  progress.begin(`${shape}: starting`);
  const whole = await openWhole({ shape, replicas: 1 });
  const leave = () => void whole.remove().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  try {
    const operations = await Operations.open(whole);
    progress.done(`${shape}: the product, its proxies, two shops`);
    const lost: string[] = [];
    for (const cell of plan.cells) {
      const name = `${shape}: ${cell.situation.name} ${cell.fault}`;
      progress.begin(name);
      const results = await runCell(whole, operations, cell);
      lost.push(...(await findLost(whole, operations)));
      cells.push(...results);
      progress.done(`${name}: ${describeErrors(results)}`);
    }
    progress.begin(`${shape}: telling again what was not answered, then comparing`);
    const settled = await settle(whole, operations);
    const { orders, taken } = operations;
    progress.done(`${shape}: ${orders.length} orders, ${taken.length} rewards compared with the ledger`);
    return { ...settled, lost: [...new Set([...lost, ...settled.lost])] };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave);
    await whole.remove();
  }
}
