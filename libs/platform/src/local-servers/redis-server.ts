import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The message is one line that a person can act on. */
export class LocalRedisError extends Error {
  override readonly name = 'LocalRedisError';
}

/** Debian asks this program before it starts the service of a package that it installs; 101 says no. */
const policyFile = '/usr/sbin/policy-rc.d';

/**
 * The distribution's `redis-server`. Where there is none, root on Debian gets it installed; everybody else is told how.
 * Throws `LocalRedisError`.
 */
export async function ensureRedisServer(): Promise<string> {
  const found = findProgram('redis-server');
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version') && findProgram('apt-get')) await install();
  const installed = findProgram('redis-server');
  if (!installed) throw new LocalRedisError('Redis is needed: sudo apt-get install redis-server');
  return installed;
}

/** Installs the program and keeps the service that comes with it from running, now and after the next start of the machine. */
async function install(): Promise<void> {
  const isAllowed = !existsSync(policyFile);
  if (isAllowed) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { env });
    if (findProgram('systemctl')) await run('systemctl', ['disable', 'redis-server']).catch(() => undefined);
  } catch (cause) {
    throw new LocalRedisError('Redis is needed and could not be installed: apt-get install redis-server', { cause });
  } finally {
    if (isAllowed) rmSync(policyFile, { force: true });
  }
}

function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
