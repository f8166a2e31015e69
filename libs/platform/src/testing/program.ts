import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

export type BuiltProgram = {
  /** Starts it; the environment holds nothing but these variables. */
  start(env: Readonly<Record<string, string>>, args?: readonly string[]): RunningProgram;
  remove(): void;
};

export type RunningProgram = {
  /** Everything that it wrote. */
  output(): string;
  /** Resolves with its exit code, or with the signal that ended it. */
  ended: Promise<number | string>;
  /** Resolves once this is in its output; rejects if it ends before. */
  says(text: string): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
};

/** Bundles a program as apps/server is bundled, because Node runs no decorators: for tests that need a process of their own. */
export async function buildProgram(path: string): Promise<BuiltProgram> {
  const [kind = '', room = ''] = relative(root, path).split('/');
  // Inside the room, so that what comes from npm is found.
  const folder = join(root, kind, room, `dist/test-${randomBytes(6).toString('hex')}`);
  await build({
    input: { program: path },
    platform: 'node',
    external: (id) => !/^(\.|\/|@loyalnest\/|@oxc-project\/runtime\/)/.test(id),
    transform: { decorator: { legacy: true, emitDecoratorMetadata: true } },
    output: { dir: folder, format: 'esm', sourcemap: true },
    logLevel: 'silent',
  });
  return {
    start: (env, args = []) =>
      watch(spawn(process.execPath, [join(folder, 'program.js'), ...args], { env, cwd: root })),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function watch(child: ChildProcess): RunningProgram {
  let output = '';
  const heard = new Set<() => void>();
  const hear = (text: string) => {
    output += text;
    for (const look of heard) look();
  };
  child.stdout?.on('data', (chunk: Buffer) => hear(chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => hear(chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    output: () => output,
    ended,
    says(text) {
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(text)) return;
          heard.delete(look);
          resolve();
        };
        heard.add(look);
        look();
        void ended.then((end) => reject(new Error(`ended with ${end} before it said ${text}:\n${output}`)));
      });
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
