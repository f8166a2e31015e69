import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '@loyalnest/dev/instance';

const contracts = join(root, 'libs/contracts');
const generated = join(contracts, 'src/proto');

/** Writes libs/contracts/src/proto from libs/contracts/proto. */
export async function generateProtobuf(): Promise<void> {
  await buf(['generate']);
}

/** Whether the definitions keep buf's rules, and the code is what buf makes of them. */
export async function checkProtobuf(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-protobuf-'));
  try {
    const problems: string[] = [];
    await buf(['lint']).catch((error: Error & { stdout?: string }) =>
      problems.push(`buf lint: ${error.stdout || error.message}`),
    );
    await buf(['generate', '--output', folder]);
    const fresh = readTree(join(folder, 'src/proto'));
    const committed = readTree(generated);
    for (const path of new Set([...fresh.keys(), ...committed.keys()])) {
      if (fresh.get(path) !== committed.get(path)) problems.push(`libs/contracts/src/proto/${path} is out of date`);
    }
    return problems;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readTree(folder: string): Map<string, string> {
  const paths = globSync('**/*.ts', { cwd: folder });
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** buf finds its plugin on the PATH, and the plugin is a script that needs a Node there. */
async function buf(args: readonly string[]): Promise<void> {
  const PATH = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const program = join(root, 'node_modules/@bufbuild/buf/bin/buf');
  await promisify(execFile)(process.execPath, [program, ...args], { cwd: contracts, env: { ...process.env, PATH } });
}
