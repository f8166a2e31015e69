import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A server that cannot run on this machine, in one line that a person can act on. */
export class LocalServerError extends Error {
  override readonly name = 'LocalServerError';
}

/** What was fetched or built once per user, for every copy of the repository. */
export const userCache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loyalnest');

/** Where programs lie that not every path leads to: Debian's servers, Go's own installer, Homebrew. */
const moreFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/local/go/bin', '/opt/homebrew/bin'];

export function findProgram(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, ...moreFolders].map((folder) => join(folder, name)).find(isExecutable);
}

export type SystemProgram = { name: string; debianPackage: string };

/**
 * A program of the distribution. Where it is missing, root on Debian gets it installed, without the service that may come
 * with it; everybody else is told how. Throws `LocalServerError`.
 */
export async function ensureSystemProgram({ name, debianPackage }: SystemProgram): Promise<string> {
  const found = findProgram(name);
  if (found) return found;
  const hint = `${name} is needed: sudo apt-get install ${debianPackage}`;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new LocalServerError(hint);
  try {
    await installDebianPackage(debianPackage);
  } catch (cause) {
    throw new LocalServerError(`${hint} (it could not be installed)`, { cause });
  }
  const installed = findProgram(name);
  if (!installed) throw new LocalServerError(hint);
  return installed;
}

/**
 * Installs for all programs of this machine in turn. Debian asks `policy-rc.d` before it starts a service that it has just
 * installed, and 101 says no; where somebody has such a policy, it stays as it is. A machine that is new has no list of
 * packages, or an old one, and fetches it first.
 */
const installScript = `
set -e
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  trap 'rm -f $policy' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
fi
install() { apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=300 "$1"; }
install "$1" || { apt-get update; install "$1"; }
if command -v systemctl > /dev/null; then systemctl disable "$2" || true; fi
`;
const installMs = 600_000;

/** As root on Debian. Throws when it cannot be installed. */
export async function installDebianPackage(debianPackage: string): Promise<void> {
  const lock = '/run/lock/loyalnest-install.lock';
  const service = debianPackage.replace(/-light$/, '');
  await run('flock', [lock, 'sh', '-c', installScript, 'sh', debianPackage, service], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: installMs,
    maxBuffer: 64 * 1024 * 1024,
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
