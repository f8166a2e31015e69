import { createHeap } from './heap.ts';

/** One source of time for the whole simulator. Tests drive it with `advance`; nothing else reads `Date.now`. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `task` once, when the clock has reached `atMs`. Returns a function that cancels it. */
  at(atMs: number, task: () => void): () => void;
  /** Moves the clock forward and runs everything that became due, in order of time. */
  advance(milliseconds: number): void;
  /** Forgets all tasks. */
  stop(): void;
};

type Task = { atMs: number; order: number; run: (() => void) | undefined };

/** Node clamps longer timers to 1 ms. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The machine's time plus what tests added to it. `machineNow` is a parameter so that a test can freeze it. */
export function createClock(machineNow: () => number = Date.now): Clock {
  const tasks = createHeap<Task>((a, b) => a.atMs - b.atMs || a.order - b.order);
  let offsetMs = 0;
  let order = 0;
  let wakesAtMs = Infinity;
  let timer: NodeJS.Timeout | undefined;

  const now = () => machineNow() + offsetMs;

  const runDue = () => {
    for (let task = tasks.peek(); task && task.atMs <= now(); task = tasks.peek()) {
      tasks.pop();
      task.run?.();
    }
    arm();
  };

  const arm = () => {
    clearTimeout(timer);
    wakesAtMs = tasks.peek()?.atMs ?? Infinity;
    if (wakesAtMs === Infinity) return;
    timer = setTimeout(runDue, Math.min(Math.max(wakesAtMs - now(), 0), TIMER_MAX_MS));
    timer.unref();
  };

  return {
    now,
    at(atMs, run) {
      const task: Task = { atMs, order: order++, run };
      tasks.push(task);
      if (atMs < wakesAtMs) arm();
      return () => {
        task.run = undefined;
      };
    },
    advance(milliseconds) {
      offsetMs += milliseconds;
      runDue();
    },
    stop() {
      tasks.clear();
      clearTimeout(timer);
    },
  };
}
