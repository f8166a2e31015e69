import { globSync, readFileSync } from 'node:fs';

const kilobytesPerMegabyte = 1_024;

/**
 * Megabytes of memory that a process and its children hold, memory that they share counted once. Undefined where the
 * system does not say.
 */
export function memoryOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const kilobytes = [pid, ...childrenOf(pid)].map(proportionalKilobytes);
  if (kilobytes.some((value) => value === undefined)) return undefined;
  return Math.round(kilobytes.reduce<number>((sum, value) => sum + (value ?? 0), 0) / kilobytesPerMegabyte);
}

function childrenOf(pid: number): number[] {
  return globSync(`/proc/${pid}/task/*/children`).flatMap((file) => read(file).split(' ').filter(Boolean).map(Number));
}

function proportionalKilobytes(pid: number): number | undefined {
  const found = /^Pss: +(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1];
  return found === undefined ? undefined : Number(found);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
