import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A process that has ended but whose parent has not asked for its exit code yet. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/**
 * When the process began, in a unit of the system's own. A pid together with it names one process for good: pids are
 * given out again. Undefined when there is no such process.
 */
export function birthOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') return run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the name in field 2 may contain blanks and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Whether the process is a PostgreSQL server on this data folder. Its command line says so; its working folder would too,
 * but root in a container may not look at that of another user's process.
 */
export function servesFolder(pid: number, dataDir: string): boolean {
  try {
    const [program = '', ...args] = commandLine(pid);
    const folder = args[args.indexOf('-D') + 1];
    return basename(program) === 'postgres' && folder !== undefined && realpathSync(folder) === realpathSync(dataDir);
  } catch {
    return false;
  }
}

function commandLine(pid: number): string[] {
  if (process.platform !== 'linux') return run('ps', ['-o', 'command=', '-p', String(pid)]).split(' ');
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
