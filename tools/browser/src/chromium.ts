import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { installDebianPackage } from '@loyalnest/platform/local-servers/system-program';
import { chromium, type Browser } from 'playwright-core';

/** Names under which systems install it; the first one found is taken. */
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const macPath = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const missing =
  'Chromium is missing; on Debian and Ubuntu: sudo apt-get install chromium (or set CHROMIUM to the path of a Chromium or Chrome)';

/** It asks nothing of the internet, and runs in containers, where its own sandbox cannot. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env['CHROMIUM'];
  if (named) return isProgram(named) ? named : undefined;
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...folders.flatMap((folder) => names.map((name) => join(folder, name))), macPath];
  return candidates.find(isProgram);
}

/**
 * The path of a Chromium. On a machine of a continuous integration (`CI=true`, root) it is installed if need be; anywhere
 * else that is for its owner to decide. Throws `UserError` that says how.
 */
export async function ensureChromium(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const found = findChromium(env);
  if (found) return found;
  const mayInstall = env['CI'] === 'true' && process.getuid?.() === 0 && env['CHROMIUM'] === undefined;
  if (mayInstall) await installDebianPackage('chromium');
  const installed = findChromium(env);
  if (!installed) throw new UserError(missing);
  return installed;
}

/** A browser with a profile of its own that goes away with it. */
export async function launchChromium(options: { args?: string[] } = {}): Promise<Browser> {
  const executablePath = await ensureChromium();
  return chromium.launch({ executablePath, args: [...chromiumFlags, ...(options.args ?? [])] });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
