import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '@loyalnest/dev/progress';
import { cellsOf, type Cell } from './cell.ts';
import { findLost, settle } from './invariants.ts';
import { Load } from './load/load.ts';
import { Operations } from './load/operations.ts';
import type { ChaosResult } from './matrix.ts';
import { describeErrors } from './report.ts';
import { Distributed } from './whole/distributed.ts';

const replicas = 2;
const warmMs = 2_000;
/** Between one process and the next, so that what a restart does late is seen with it. */
const betweenMs = 1_000;

/** Restarts every process of every service in turn, while shoppers and merchants go on. Nobody may notice. */
export async function runRolling(progress: Progress): Promise<ChaosResult> {
  const startMs = performance.now();
  progress.begin(`distributed: starting, with ${replicas} processes of each service`);
  const whole = await Distributed.open({ replicas });
  const leave = () => void whole.remove().then(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, leave);
  try {
    const operations = await Operations.open(whole);
    progress.done(`distributed: ${whole.processes.length} processes behind nginx, two shops`);
    const load = new Load(operations);
    load.start(20, ['earn', 'balance']);
    load.start(5, ['redeem', 'settings']);
    await sleep(warmMs);
    const turns: { name: string; beganMs: number }[] = [];
    for (const { name } of whole.processes) {
      progress.begin(`${name} restarts`);
      turns.push({ name, beganMs: performance.now() });
      await whole.restart(name);
      await sleep(betweenMs);
      const { beganMs } = turns.at(-1) ?? { beganMs: 0 };
      const failed = load.sent.filter(({ endMs, outcome }) => endMs > beganMs && outcome !== 'ok').length;
      progress.done(`${name} restarted, ${failed} errors`);
    }
    await load.stop();
    const cells: Cell[] = turns.flatMap(({ name, beganMs }, index) => {
      const untilMs = turns[index + 1]?.beganMs ?? Infinity;
      const sent = load.sent.filter(({ endMs }) => endMs > beganMs && endMs <= untilMs);
      return cellsOf(sent, { shape: 'distributed', target: name, fault: 'restart', isExpected: () => false });
    });
    const lost = await findLost(whole, operations);
    const settled = await settle(whole, operations);
    progress.done(
      describeErrors(
        cellsOf(load.sent, { shape: 'distributed', target: 'all', fault: 'restart', isExpected: () => false }),
      ),
    );
    return {
      cells,
      invariants: { ...settled, lost: [...new Set([...lost, ...settled.lost])] },
      seconds: Math.round((performance.now() - startMs) / 1_000),
    };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, leave);
    await whole.remove();
  }
}
