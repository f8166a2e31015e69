import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from './errors.ts';
import { root } from './instance.ts';
import { precompress } from './precompress.ts';

export const serverBundle = join(root, 'apps/server/dist/main.js');

/**
 * How Node.js runs what was built, here and in the image (`Dockerfile`). Of the four threads on which it would collect garbage one
 * is left: on two processors the others keep those waiting who ask meanwhile. And everything begins young: under full load V8 takes
 * what requests allocate for what will stay, puts it among the old, and has to mark all of them every other second
 * (docs/performance.md).
 */
export const nodeArgs = ['--enable-source-maps', '--v8-pool-size=1', '--no-allocation-site-pretenuring'];

type Build = {
  app: string;
  /** What the build has to leave behind. */
  result: string;
  /** Program of node_modules and its arguments. */
  command: [string, ...string[]];
  /** Everything that can change the result. */
  sources: string[];
};

const everywhere = ['package-lock.json', 'tsconfig.base.json'];

const server: Build = {
  app: 'server',
  result: serverBundle,
  command: ['rolldown/bin/cli.mjs', '--config', 'apps/server/rolldown.config.ts'],
  sources: [
    'apps/server/*.{ts,json}',
    'apps/server/src/**/*',
    '{services,libs}/*/package.json',
    '{services,libs}/*/src/**/*',
    ...everywhere,
  ],
};

/** What browsers load. Each is a folder of `apps` that Vite builds into its `dist`. */
const pages: Build[] = [
  { app: 'dashboard', result: 'index.html' },
  { app: 'widget', result: 'loader.js' },
].map(({ app, result }) => ({
  app,
  result: join(root, 'apps', app, 'dist', result),
  command: ['vite/bin/vite.js', 'build', `apps/${app}`, '--logLevel', 'warn'],
  sources: [
    `apps/${app}/*.{ts,json,html}`,
    `apps/${app}/{src,build,public}/**/*`,
    'libs/{ui,contracts}/package.json',
    'libs/{ui,contracts}/src/**/*',
    ...everywhere,
  ],
}));

/** Builds the server unless the present bundle was built from these very sources. Returns whether it had to. */
export function ensureServerBundle(signal: AbortSignal): Promise<boolean> {
  return ensureBuilt(server, signal);
}

/** As `ensureServerBundle`, for the dashboard and the widget. */
export async function ensurePages(signal: AbortSignal): Promise<boolean> {
  let isAnyBuilt = false;
  for (const page of pages) {
    if (!(await ensureBuilt(page, signal))) continue;
    isAnyBuilt = true;
    precompress(dirname(page.result));
  }
  return isAnyBuilt;
}

async function ensureBuilt(build: Build, signal: AbortSignal): Promise<boolean> {
  const builtFrom = join(root, 'apps', build.app, 'dist/.built-from');
  const wanted = fingerprint(build.sources);
  if (existsSync(build.result) && existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === wanted) return false;
  await run(build, signal);
  writeFileSync(builtFrom, wanted);
  return true;
}

/** By content: checking out another branch and back changes times only. */
function fingerprint(sources: readonly string[]): string {
  const hash = createHash('sha256');
  const files = sources.flatMap((pattern) => globSync(pattern, { cwd: root, withFileTypes: true }));
  const paths = files.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const content = readFileSync(path);
    hash.update(`${path.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

async function run({ app, command }: Build, signal: AbortSignal): Promise<void> {
  const [program, ...args] = command;
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    // Tests set another, in which React and others are their larger, slower selves.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle, fail) => child.once('error', fail).once('close', settle));
  // The bundler lets an import that leads nowhere pass with a warning; the server would fail on it.
  if (code !== 0 || output.includes('UNRESOLVED_IMPORT'))
    throw new UserError(`the ${app} cannot be built:\n${output.trim()}`);
}
