import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collector } from './collector.ts';

/** Looks at the memory this often while it comes to rest. */
const stepMs = 1_000;
/** At rest: this many looks in a row within this much. */
const calmSteps = 4;
const calmKb = 512;
const settleMaxMs = 60_000;

/** Waits until what the process holds after it collected its garbage no longer changes much. In kB, as Linux tells it. */
export async function settledKb(pid: number, collector: Collector): Promise<number> {
  const seen: number[] = [];
  for (let elapsedMs = 0; elapsedMs < settleMaxMs; elapsedMs += stepMs) {
    await collector.collect();
    await sleep(stepMs);
    seen.push(residentKb(pid));
    const last = seen.slice(-calmSteps);
    if (last.length === calmSteps && Math.max(...last) - Math.min(...last) <= calmKb) break;
  }
  return residentKb(pid);
}

function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
