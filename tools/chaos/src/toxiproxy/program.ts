import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '@loyalnest/dev/errors';

const run = promisify(execFile);

const version = '2.5.0';
const source = `github.com/Shopify/toxiproxy/v2/cmd/server@v${version}`;
/** Go fetches and compiles; a slow machine takes a minute. */
const installTimeoutMs = 600_000;

/** toxiproxy, which is built once per user. Throws `UserError` with one line that a person can act on. */
export async function ensureToxiproxy(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loyalnest');
  const program = join(cache, `toxiproxy-${version}`);
  if (existsSync(program)) return program;
  const go = findProgram('go');
  if (!go) throw new UserError('toxiproxy needs Go to be built: sudo apt-get install golang-go');
  mkdirSync(dirname(program), { recursive: true });
  // In a folder of its own, so that two who build at once do not meet, and what is there is whole.
  const folder = mkdtempSync(`${program}-build-`);
  try {
    await run(go, ['install', source], { env: { ...process.env, GOBIN: folder }, timeout: installTimeoutMs });
    renameSync(join(folder, 'server'), program);
    return program;
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string };
    const reason = stderr?.trim().split('\n').at(-1) || message;
    throw new UserError(`toxiproxy could not be built (go install ${source}): ${reason}`, 1, { cause });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Go's own installer puts it where the path need not lead. */
const goFolders = ['/usr/local/go/bin', '/usr/lib/go/bin', '/opt/homebrew/bin'];

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...goFolders];
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
