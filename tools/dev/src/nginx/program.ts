import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../errors.ts';

const run = promisify(execFile);
const hint = 'nginx is needed: sudo apt-get install nginx-light';

/** Debian asks this program before it starts the service of a package that it installs; 101 says no. */
const policyFile = '/usr/sbin/policy-rc.d';

export type NginxProgram = { path: string; version: string };

/** The distribution's nginx. Where there is none, root on Debian gets it installed; everybody else is told how. */
export async function ensureNginx(): Promise<NginxProgram> {
  if (!findProgram('nginx') && process.getuid?.() === 0 && existsSync('/etc/debian_version')) await install();
  const path = findProgram('nginx');
  if (!path) throw new UserError(hint);
  const { stderr } = await run(path, ['-v']);
  return { path, version: /nginx\/([\d.]+)/.exec(stderr)?.[1] ?? 'unknown' };
}

/** Installs the program and keeps the service that comes with it from running, now and when the machine starts. */
async function install(): Promise<void> {
  const isAllowed = !existsSync(policyFile);
  if (isAllowed) writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['install', '-y', '--no-install-recommends', 'nginx-light'], { env });
    if (findProgram('systemctl')) await run('systemctl', ['disable', 'nginx']).catch(() => undefined);
  } catch (cause) {
    throw new UserError(`${hint} (it could not be installed)`, 1, { cause });
  } finally {
    if (isAllowed) rmSync(policyFile, { force: true });
  }
}

/** Debian puts it where only root's path leads. */
const systemFolders = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...systemFolders];
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
