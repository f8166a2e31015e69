import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whom the image runs as: distroless's `nonroot`. */
const account = 65_532;

export const isRoot = process.getuid?.() === 0;

/**
 * Puts beside the assembled files what the base image brings: the C library and its kin, as this system has them. Nothing
 * else of this system can be seen by what is started in the folder.
 */
export function addBase(folder: string): void {
  const listed = execFileSync('ldd', [join(folder, 'usr/local/bin/node')], { encoding: 'utf8' });
  for (const [library] of listed.matchAll(/\/\S+\.so\S*/g)) {
    mkdirSync(dirname(join(folder, library)), { recursive: true });
    if (!existsSync(join(folder, library))) copyFileSync(library, join(folder, library));
  }
  for (const empty of ['run/secrets', 'proc', 'dev', 'tmp']) mkdirSync(join(folder, empty), { recursive: true });
}

/** Starts a program as the container would: that folder is `/`, nothing can be written, and the user is nobody special. */
export function startInside(
  folder: string,
  args: string[],
  env: Record<string, string>,
): { child: ChildProcess; output: () => string; ended: Promise<number | null> } {
  const script =
    'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec chroot --userspec="$1" "$0" /usr/local/bin/node "${@:2}"';
  const user = `${account}:${account}`;
  const child = spawn('unshare', ['--mount', 'bash', '-c', script, folder, user, ...args], {
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production', ...env },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  return { child, output: () => text, ended };
}
