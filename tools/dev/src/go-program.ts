import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findProgram, userCache } from '@loyalnest/platform/local-servers/system-program';
import { UserError } from './errors.ts';

const run = promisify(execFile);

/** The large ones have hundreds of packages to compile. */
const buildMs = 1_200_000;

/** A program in Go, pinned: `module` is the path of its main package, with the version behind `@`. */
export type GoProgram = { name: string; module: string };

/** The path of a program that is built from its source once per user. Throws `UserError`; `onBuild` hears that it takes a while. */
export async function ensureGoProgram({ name, module }: GoProgram, onBuild: () => void): Promise<string> {
  const [path = '', version = ''] = module.split('@');
  const program = join(userCache, 'programs', `${name}-${version}`);
  if (existsSync(program)) return program;
  onBuild();
  mkdirSync(dirname(program), { recursive: true });
  // In a folder of its own, so that two who build at once do not meet, and what is there is whole.
  const folder = mkdtempSync(`${program}-build-`);
  try {
    await runGo(['install', module], { GOBIN: folder });
    renameSync(join(folder, nameOfMain(path)), program);
    return program;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What `go` writes. Throws `UserError`. */
export async function runGo(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const go = findProgram('go');
  if (!go) throw new UserError('Go is needed: sudo apt-get install golang-go, or https://go.dev/dl');
  try {
    const { stdout } = await run(go, args, { env: { ...process.env, ...env }, timeout: buildMs });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    throw new UserError(`go ${args.join(' ')}: ${stderr?.trim().split('\n').at(-1) || message}`, 1, { cause });
  }
}

/** Go names a program after its folder, and a whole module after its own, of which `v2` is no part. */
function nameOfMain(path: string): string {
  const last = basename(path);
  return /^v\d+$/.test(last) ? basename(dirname(path)) : last;
}
