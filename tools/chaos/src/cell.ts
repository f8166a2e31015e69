import { setTimeout as sleep } from 'node:timers/promises';
import type { Shape } from '@loyalnest/dev/instance';
import { waitUntilHeard } from './events.ts';
import { mayFail, type Situation } from './expectations.ts';
import { faults, type FaultName } from './faults.ts';
import { isClear } from './load/answer.ts';
import { Load, type Sent } from './load/load.ts';
import { operationNames, type OperationName, type Operations } from './load/operations.ts';
import type { Whole } from './whole/whole.ts';

/** One operation under one fault. */
export type Cell = {
  shape: Shape;
  target: string;
  fault: FaultName | 'restart';
  /** What somebody asks for, or what follows from it by events. */
  operation: OperationName | 'events';
  ok: boolean;
  requests: number;
  errors: Record<string, number>;
  /** The longest anybody waited for an answer. */
  slowestSeconds: number;
  /** From the end of the fault to the first answer after the last error. */
  recoverySeconds: number | null;
};

export type CellPlan = { situation: Situation; fault: FaultName };

const perSecond = 5;
const warmMs = 1_000;
const recoverMaxSeconds = 10;
/** Without an error for so long, an operation has recovered. */
const calmMs = 2_500;
const pollMs = 100;
/** Services give up by then. */
const answerMaxSeconds = 30;

/** Runs all operations at a modest rate while something is wrong, and until all is well again. */
export async function runCell(whole: Whole, operations: Operations, { situation, fault }: CellPlan): Promise<Cell[]> {
  const targets = situation.targets.map((name) => {
    const target = whole.findTarget(name);
    if (!target) throw new Error(`${whole.shape} has no ${name}`);
    return target;
  });
  const { seconds, begin, end } = faults[fault]();
  const load = new Load(operations);
  const forgetting = targets.flatMap(({ forget }) => forget ?? []);
  for (const forget of forgetting) await forget();
  // Before the first request, where that would bring back what was forgotten.
  if (forgetting.length === 0) {
    load.start(perSecond);
    await sleep(warmMs);
  }
  const beganMs = performance.now();
  await Promise.all(targets.map((target) => begin(target, whole.toxiproxy)));
  if (forgetting.length > 0) load.start(perSecond);
  await sleep(seconds * 1_000);
  await Promise.all(targets.map((target) => end(target, whole.toxiproxy)));
  const endedMs = performance.now();
  const hearing = waitUntilHeard(whole, { at: new Date(), ms: endedMs });
  const deadline = endedMs + (recoverMaxSeconds + calmMs / 1_000) * 1_000;
  while (performance.now() < deadline && !isCalm(load.sent, endedMs)) await sleep(pollMs);
  const [heardSeconds] = await Promise.all([hearing, load.stop()]);
  const about = { shape: whole.shape, target: situation.name, fault };
  const cells = cellsOf(load.sent, {
    ...about,
    endedMs,
    isExpected: ({ operation, outcome, endMs }) =>
      endMs > beganMs && mayFail(operation, situation.targets) && isClear(outcome),
  });
  return [...cells, eventsCell(heardSeconds, about)];
}

/** Events wait while they cannot go on, and arrive afterwards. */
function eventsCell(heardSeconds: number | null, about: Pick<Cell, 'shape' | 'target' | 'fault'>): Cell {
  return {
    ...about,
    operation: 'events',
    ok: heardSeconds !== null && heardSeconds <= recoverMaxSeconds,
    requests: 0,
    errors: {},
    slowestSeconds: 0,
    recoverySeconds: heardSeconds === null ? null : round(heardSeconds),
  };
}

/** What each operation met. Without an end of a fault nothing has to recover. */
export function cellsOf(
  all: readonly Sent[],
  options: Pick<Cell, 'shape' | 'target' | 'fault'> & { endedMs?: number; isExpected: (failed: Sent) => boolean },
): Cell[] {
  const { endedMs, isExpected, ...cell } = options;
  return operationNames.map((operation) => {
    const sent = all.filter((one) => one.operation === operation);
    const failed = sent.filter(({ outcome }) => outcome !== 'ok');
    const slowestSeconds = Math.max(0, ...sent.map(({ startMs, endMs }) => (endMs - startMs) / 1_000));
    const recoverySeconds = endedMs === undefined ? 0 : recoveryOf(sent, endedMs);
    return {
      ...cell,
      operation,
      ok:
        failed.every(isExpected) &&
        slowestSeconds <= answerMaxSeconds &&
        recoverySeconds !== null &&
        recoverySeconds <= recoverMaxSeconds,
      requests: sent.length,
      errors: countBy(failed),
      slowestSeconds: round(slowestSeconds),
      recoverySeconds: recoverySeconds === null ? null : round(recoverySeconds),
    };
  });
}

/** Whether every operation has been answered well for a while. */
function isCalm(sent: readonly Sent[], endedMs: number): boolean {
  const nowMs = performance.now();
  return operationNames.every((operation) => {
    const since = sent.filter((one) => one.operation === operation && one.startMs > endedMs);
    const lastFailedMs = Math.max(endedMs, ...since.flatMap(({ outcome, endMs }) => (outcome === 'ok' ? [] : [endMs])));
    const isAnswered = since.some(({ outcome, endMs }) => outcome === 'ok' && endMs > lastFailedMs);
    return isAnswered && nowMs - lastFailedMs > calmMs;
  });
}

/** Of requests that were sent after the fault; those sent earlier may still meet it. */
function recoveryOf(sent: readonly Sent[], endedMs: number): number | null {
  const since = sent.filter(({ startMs }) => startMs > endedMs);
  const lastFailedMs = Math.max(-Infinity, ...since.flatMap((one) => (one.outcome === 'ok' ? [] : [one.startMs])));
  const answered = since.filter(({ outcome, startMs }) => outcome === 'ok' && startMs > lastFailedMs);
  if (answered.length === 0) return null;
  return (Math.min(...answered.map(({ endMs }) => endMs)) - endedMs) / 1_000;
}

function countBy(failed: readonly Sent[]): Record<string, number> {
  const groups = Map.groupBy(failed, ({ outcome }) => outcome);
  return Object.fromEntries([...groups].map(([outcome, { length }]) => [outcome, length]));
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10;
}
