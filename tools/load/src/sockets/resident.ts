import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Looks at the memory this often while it comes to rest. */
const stepMs = 1_000;
/** At rest: this many looks in a row within this much. */
const calmSteps = 5;
const calmKb = 512;
const settleMaxMs = 60_000;

/** Resident memory of a process in kB, as Linux tells it. */
export function residentKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Waits until what the process holds no longer changes much, and returns it. */
export async function settledKb(pid: number): Promise<number> {
  const seen: number[] = [];
  for (let elapsedMs = 0; elapsedMs < settleMaxMs; elapsedMs += stepMs) {
    seen.push(residentKb(pid));
    const last = seen.slice(-calmSteps);
    if (last.length === calmSteps && Math.max(...last) - Math.min(...last) <= calmKb) break;
    await sleep(stepMs);
  }
  return residentKb(pid);
}
