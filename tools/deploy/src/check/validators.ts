import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { runProgram } from './program.ts';

/** The newest that build with Go 1.26.8 by `go install`, which refuses modules that exclude versions of others. */
const packages = {
  'docker-compose': 'github.com/docker/compose/v5/cmd@v5.0.2',
  helm: 'helm.sh/helm/v4/cmd/helm@v4.3.1',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
} as const;

export type Validator = keyof typeof packages;

/** Where what is built or downloaded once is kept, for every copy of the repository. */
export const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'loyalnest');

/** The path of a validator, which is built from its source the first time: minutes for the large ones. */
export async function ensureValidator(name: Validator): Promise<string> {
  const source = packages[name];
  const version = source.slice(source.lastIndexOf('@') + 1);
  const program = join(cacheFolder, 'validators', `${name}-${version}`);
  if (existsSync(program)) return program;
  process.stderr.write(`building ${name} ${version}…\n`);
  mkdirSync(dirname(program), { recursive: true });
  const folder = mkdtempSync(`${program}-`);
  try {
    await runGo(['install', source], { GOBIN: folder });
    const built = basename(source.slice(0, source.lastIndexOf('@')));
    renameSync(join(folder, built), program);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return program;
}

/** Downloads the source of a Go module, for what lies beside its code, and returns its folder. */
export async function fetchModule(module: string): Promise<string> {
  const output = await runGo(['mod', 'download', '-json', module]);
  const { Dir } = JSON.parse(output) as { Dir: string };
  return Dir;
}

async function runGo(args: string[], env: Record<string, string> = {}): Promise<string> {
  const result = await runProgram('go', args, { env });
  if (result.exitCode === 'missing') throw new UserError('Go 1.26 or newer is needed: https://go.dev/dl');
  if (result.exitCode !== 0) throw new UserError(`go ${args.join(' ')} failed:\n${result.output}`);
  return result.output;
}
