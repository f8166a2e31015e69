import { execFileSync, type SpawnOptions } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './binaries.ts';
import { EmbeddedPostgresError } from './errors.ts';

/** Who PostgreSQL runs as. */
export type Account =
  /** This process's own user. */
  | { kind: 'self'; uid: number }
  /** Another user, who can reach the files by himself. */
  | { kind: 'other'; uid: number; gid: number }
  /** Another user, who may pass folders that are closed to him. */
  | { kind: 'other-with-access'; uid: number; gid: number };

/**
 * PostgreSQL refuses to run as root. Root therefore runs it as the owner of the data folder, or as `nobody` when there is
 * none yet.
 */
export function chooseAccount(options: { binaries: PostgresBinaries; dataDir: string }): Account {
  const { binaries, dataDir } = options;
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { kind: 'self', uid };

  const owner = ownerOf(dataDir) ?? nobody();
  const parent = ownerlessParent(dataDir);
  const programs = join(binaries.folder, 'bin/postgres');
  const shared = join(binaries.folder, 'share/postgresql/postgres.bki');
  if ([parent, programs, shared].every((path) => canReach(path, owner))) return { kind: 'other', ...owner };
  if (existsSync(setpriv)) return { kind: 'other-with-access', ...owner };
  const message = `PostgreSQL may not run as root, and another user cannot reach ${dataDir}; move the folder or run as an ordinary user`;
  throw new EmbeddedPostgresError('not-supported', message);
}

const setpriv = '/usr/bin/setpriv';

/** How to start a program as that account. */
export function commandAs(
  account: Account,
  program: string,
  args: readonly string[],
): { command: string; args: string[]; spawnOptions: Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'> } {
  // PG* variables and the locale of whoever starts it must not change how the cluster is made or run.
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  const spawnOptions = { env, cwd: '/' };
  if (account.kind === 'self') return { command: program, args: [...args], spawnOptions };
  const { uid, gid } = account;
  if (account.kind === 'other')
    return { command: program, args: [...args], spawnOptions: { ...spawnOptions, uid, gid } };
  const access = [
    ...[`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'],
    // access(2), with which PostgreSQL finds its own programs, ignores capabilities unless setuid fix-ups are off.
    ...['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'],
    '--bounding-set=-all,+dac_override',
  ];
  return { command: setpriv, args: [...access, program, ...args], spawnOptions };
}

type Owner = { uid: number; gid: number };

function ownerOf(dataDir: string): Owner | undefined {
  const stats = statSync(dataDir, { throwIfNoEntry: false });
  if (!stats) return undefined;
  if (stats.uid !== 0) return { uid: stats.uid, gid: stats.gid };
  const message = `${dataDir} belongs to root, as whom PostgreSQL refuses to run; give it back: chown -R nobody ${dataDir}`;
  throw new EmbeddedPostgresError('data-folder', message);
}

function nobody(): Owner {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function ownerlessParent(dataDir: string): string {
  const parent = dirname(dataDir);
  return existsSync(parent) ? parent : ownerlessParent(parent);
}

function canReach(path: string, owner: Owner): boolean {
  const steps = [path];
  for (let at = path; at !== dirname(at); at = dirname(at)) steps.unshift(dirname(at));
  return steps.every((step) => mayPass(step, owner));
}

/** Folders must let the user through; files he must be able to read. */
function mayPass(path: string, owner: Owner): boolean {
  const stats = statSync(path);
  const shift = stats.uid === owner.uid ? 6 : stats.gid === owner.gid ? 3 : 0;
  const granted = (stats.mode >> shift) & 0o7;
  return stats.isDirectory() ? (granted & 0o1) !== 0 : (granted & 0o4) !== 0;
}
