import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '@loyalnest/dev/errors';
import type { Progress } from '@loyalnest/dev/progress';

const version = 'v1.8.1';
/** Some 300 packages are compiled. */
const installMs = 1_200_000;

/** k6: the one on the path, or one that is built with Go once per user, which takes some minutes. */
export async function ensureK6(progress: Progress): Promise<string> {
  const present = findProgram('k6');
  if (present) return present;
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loyalnest', `k6-${version}`);
  const built = join(folder, 'k6');
  if (existsSync(built)) return built;
  const hint = `k6 is needed: install it, or Go, with which it is built (go install go.k6.io/k6@${version})`;
  const go = findProgram('go');
  if (!go) throw new UserError(hint);
  progress.begin(`building k6 ${version}, once`);
  try {
    await promisify(execFile)(go, ['install', `go.k6.io/k6@${version}`], {
      env: { ...process.env, GOBIN: folder },
      timeout: installMs,
    });
  } catch (cause) {
    throw new UserError(`${hint}; Go could not build it`, 1, { cause });
  }
  progress.done(`k6 ${version}`);
  return built;
}

function findProgram(name: string): string | undefined {
  const files = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return files.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
