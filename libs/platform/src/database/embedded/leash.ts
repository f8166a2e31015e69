import { spawn } from 'node:child_process';

/** After the polite signal the process has this long to end. */
const patienceSeconds = 30;

/**
 * Waits for the end of its input, which comes when this process ends in whatever way, `kill -9` included. Plain sh, so
 * that it costs one megabyte and works on every system.
 */
const script = `
  while read -r _; do :; done
  kill -s "$1" "$2" 2>/dev/null || exit 0
  n=0
  while kill -0 "$2" 2>/dev/null; do
    [ "$n" -ge "$3" ] && kill -s KILL "$2" 2>/dev/null && exit 0
    n=$((n + 1))
    sleep 1
  done
`;

export type Leash = { release(): void };

/** Ties another process to this one: when this process ends, the other is told to end too. */
export function leash(pid: number, signal: 'INT' | 'TERM'): Leash {
  const args = ['-c', script, 'leash', signal, String(pid), String(patienceSeconds)];
  // In a session of its own, or what kills our whole process group would take it along.
  const holder = spawn('/bin/sh', args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  holder.on('error', () => undefined);
  holder.stdin.on('error', () => undefined);
  holder.unref();
  (holder.stdin as unknown as { unref(): void }).unref();
  return { release: () => void holder.kill('SIGKILL') };
}
