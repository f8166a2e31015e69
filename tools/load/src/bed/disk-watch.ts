import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { latenciesOf, type Latencies } from '../figures/statistics.ts';

/** A page of PostgreSQL's log. */
const pageBytes = 8_192;
/** Written over again and again, as PostgreSQL does with its log's files: no write makes the file longer. */
const pages = 256;
/** Often enough to see a disk that stands still for a tenth of a second, and seldom enough to take nothing from it. */
const everyMs = 100;

/**
 * How long the disk takes, beside what is measured, for what every commit waits for: a page written and flushed. A disk that is
 * shared stands still now and then, and no transaction is faster than it. `folder` is one on the disk of the database.
 */
export async function watchDisk<R>(folder: string, measure: () => Promise<R>): Promise<{ result: R; disk: Latencies }> {
  const file = join(folder, 'disk-watch');
  const handle = await open(file, 'w');
  try {
    await handle.write(Buffer.alloc(pages * pageBytes, 1), 0, pages * pageBytes, 0);
    await handle.sync();
    const stopping = new AbortController();
    const flushing = flushPages(handle, stopping.signal);
    const [measured, latenciesMs] = await Promise.allSettled([measure().finally(() => stopping.abort()), flushing]);
    if (measured.status === 'rejected') throw measured.reason;
    if (latenciesMs.status === 'rejected') throw latenciesMs.reason;
    return { result: measured.value, disk: latenciesOf(latenciesMs.value) };
  } finally {
    await handle.close();
    await rm(file);
  }
}

async function flushPages(handle: FileHandle, signal: AbortSignal): Promise<number[]> {
  const page = Buffer.alloc(pageBytes, 2);
  const latenciesMs: number[] = [];
  for (let nth = 0; !signal.aborted; nth += 1) {
    const beganMs = performance.now();
    await handle.write(page, 0, pageBytes, (nth % pages) * pageBytes);
    await handle.datasync();
    latenciesMs.push(performance.now() - beganMs);
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
  return latenciesMs;
}
