import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from './errors.ts';
import { findInstance, partNames, type Instance } from './instance.ts';
import { readState } from './state.ts';
import { lastLines, sizeOf } from './logfile.ts';

type Source = string;

const linesDefault = 50;
const followPollMs = 200;

type LogsOptions = { part?: string | undefined; follow?: boolean; lines?: string };

export async function logs({ part, follow, lines }: LogsOptions): Promise<number> {
  const count = parseCount(lines);
  const instance = findInstance();
  const sources = findSources(instance);
  const chosen = part === undefined ? sources : [findSource(part, sources)];
  const files = chosen.map((source) => ({ source, file: instance.logFile(source) }));
  const present = files.filter(({ file }) => statSync(file, { throwIfNoEntry: false }));
  if (present.length === 0 && !follow) throw new UserError(`there are no logs in ${instance.paths.logs} yet`);

  const width = Math.max(...chosen.map((source) => source.length));
  const print = (source: Source, line: string) =>
    void process.stdout.write(chosen.length > 1 ? `${source.padEnd(width)} | ${line}\n` : `${line}\n`);
  const positions = new Map(files.map(({ source, file }) => [source, sizeOf(file)]));
  for (const { source, file } of present) for (const line of lastLines(file, count)) print(source, line);
  if (follow) await followAll(instance, { positions, print });
  return 0;
}

/** The parts of the last start, whichever shape that had. */
function findSources(instance: Instance): Source[] {
  return [...(readState(instance)?.planned.map(({ name }) => name) ?? partNames), 'dev'];
}

function findSource(part: string, sources: readonly Source[]): Source {
  if (sources.includes(part)) return part;
  throw new UserError(`there is no part "${part}"; the parts are ${sources.join(', ')}`, 2);
}

function parseCount(lines: string | undefined): number {
  if (lines === undefined) return linesDefault;
  if (/^\d+$/.test(lines)) return Number(lines);
  throw new UserError(`--lines is "${lines}"; it must be a number`, 2);
}

/** Until the process is ended. */
async function followAll(
  instance: Instance,
  { positions, print }: { positions: Map<Source, number>; print: (source: Source, line: string) => void },
): Promise<never> {
  const rests = new Map<Source, string>();
  for (;;) {
    for (const [source, position] of positions) {
      const { text, end } = readFrom(instance.logFile(source), position);
      positions.set(source, end);
      const parts = `${rests.get(source) ?? ''}${text}`.split('\n');
      rests.set(source, parts.pop() ?? '');
      for (const line of parts) print(source, line);
    }
    await sleep(followPollMs);
  }
}

/** A file that has become shorter was emptied after its content had been copied away. */
function readFrom(file: string, position: number): { text: string; end: number } {
  const size = sizeOf(file);
  const start = size < position ? 0 : position;
  if (size === start) return { text: '', end: size };
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(size - start);
    const count = readSync(handle, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, count), end: start + count };
  } finally {
    closeSync(handle);
  }
}
