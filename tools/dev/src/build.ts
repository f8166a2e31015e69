import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import { root } from './instance.ts';

const config = 'apps/server/rolldown.config.ts';
export const serverBundle = join(root, 'apps/server/dist/main.js');
const builtFrom = join(root, 'apps/server/dist/.built-from');

/** Everything that can change the bundle. */
const sources = [
  'apps/server/*.{ts,json}',
  'apps/server/src/**/*',
  '{services,libs}/*/package.json',
  '{services,libs}/*/src/**/*',
  'package-lock.json',
  'tsconfig.base.json',
];

/** Builds the server unless the present bundle was built from these very sources. Returns whether it had to. */
export async function ensureServerBundle(signal: AbortSignal): Promise<boolean> {
  const wanted = fingerprint();
  if (existsSync(serverBundle) && existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === wanted) return false;
  await build(signal);
  writeFileSync(builtFrom, wanted);
  return true;
}

/** By content: checking out another branch and back changes times only. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const files = sources.flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }));
  const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const content = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function build(signal: AbortSignal): Promise<void> {
  const program = join(root, 'node_modules/rolldown/bin/cli.mjs');
  const child = spawn(process.execPath, [program, '--config', config], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  // The bundler lets an import that leads nowhere pass with a warning; the server would fail on it.
  if (code !== 0 || output.includes('UNRESOLVED_IMPORT'))
    throw new UserError(`the server cannot be built:\n${output.trim()}`);
}
