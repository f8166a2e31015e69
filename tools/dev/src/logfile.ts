import { closeSync, copyFileSync, fstatSync, openSync, readdirSync, readSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** Two files of this size per part is what logs may take at most, give or take what is written between two looks. */
const logBytesMax = 10_000_000;
const rotateIntervalMs = 5_000;
/** Enough for any number of lines that somebody reads. */
const tailBytesMax = 1_000_000;

/**
 * Keeps the logs of a running instance bounded. The parts append to their files themselves, so a full file is copied
 * away and emptied in place.
 */
export function keepLogsBounded(folder: string): { stop(): void } {
  rotateLogs(folder);
  const timer = setInterval(() => rotateLogs(folder), rotateIntervalMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

export function rotateLogs(folder: string, bytesMax = logBytesMax): void {
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.log'))) {
    const file = join(folder, name);
    // That of a part which writes beside its data may not be there yet.
    if (sizeOf(file) <= bytesMax) continue;
    try {
      copyFileSync(file, `${file}.1`);
    } catch {
      // The disk is full; then the older lines are what we can do without.
    }
    truncateSync(file, 0);
  }
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines of a file, as far as they were written behind `start`; none when there is no such file. */
export function lastLines(file: string, count: number, start = 0): string[] {
  const text = readEnd(file, start);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(-count);
}

/** A file that is shorter than it was has been emptied since. */
function readEnd(file: string, start: number): string {
  if (!statSync(file, { throwIfNoEntry: false })) return '';
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const written = start > size ? size : size - start;
    const buffer = Buffer.alloc(Math.min(written, tailBytesMax));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    closeSync(handle);
  }
}
