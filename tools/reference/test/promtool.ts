import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '@loyalnest/dev/instance';

const run = promisify(execFile);

const missing = 'promtool is missing; on Debian and Ubuntu: sudo apt-get install prometheus';
const kept = join(root, 'node_modules/.cache/loyalnest/promtool');

/**
 * The path of promtool. A machine of a continuous integration (`CI=true`) takes it out of the distribution's package, which
 * is downloaded and not installed: its daemon would begin to run. Anywhere else it is for the machine's owner to install.
 */
export async function ensurePromtool(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = [...folders, kept].map((folder) => join(folder, 'promtool')).find(isProgram);
  if (found) return found;
  if (env['CI'] !== 'true') throw new Error(missing);
  try {
    return await unpack();
  } catch (error) {
    throw new Error(`${missing} (and it could not be downloaded)`, { cause: error });
  }
}

async function unpack(): Promise<string> {
  mkdirSync(join(kept, '..'), { recursive: true });
  const folder = mkdtempSync(`${kept}-`);
  try {
    if (process.getuid?.() === 0) await run('apt-get', ['update']);
    await run('apt-get', ['download', 'prometheus'], { cwd: folder });
    await run('sh', ['-c', 'dpkg-deb --extract prometheus_*.deb .'], { cwd: folder });
    mkdirSync(kept, { recursive: true });
    renameSync(join(folder, 'usr/bin/promtool'), join(kept, 'promtool'));
    return join(kept, 'promtool');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
