import { globSync, readFileSync } from 'node:fs';

/** A process and all that it has started, by what the system knows. */
export function familyOf(pid: number): number[] {
  const children = globSync(`/proc/${pid}/task/*/children`).flatMap((file) => readChildren(file));
  return [pid, ...children.flatMap(familyOf)];
}

function readChildren(file: string): number[] {
  try {
    return readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    // It ended meanwhile.
    return [];
  }
}

/** The first one gets it first, so that it starts nothing that is then left out. */
export function signalFamily(pid: number, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
  for (const member of familyOf(pid)) {
    try {
      process.kill(member, signal);
    } catch {
      // It ended meanwhile.
    }
  }
}
