import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { runProgram } from './check/program.ts';

/** Folders of the rooms that have changed since a commit, and of those that build on them: `services/points/`. */
export async function affectedFolders(root: string, base: string): Promise<string[]> {
  const nx = join(root, 'node_modules/nx/bin/nx.js');
  const args = [nx, 'show', 'projects', '--affected', `--base=${base}`, '--json'];
  const { exitCode, output } = await runProgram(process.execPath, args, { cwd: root });
  if (exitCode !== 0) throw new UserError(`Nx cannot say what ${base} changes:\n${output.trim()}`);
  const affected = new Set(JSON.parse(output) as string[]);
  const folders = globSync('{{apps,services,libs,tools}/*,e2e}/package.json', { cwd: root }).sort();
  return folders
    .filter((file) => affected.has((JSON.parse(readFileSync(join(root, file), 'utf8')) as { name: string }).name))
    .map((file) => `${dirname(file)}/`);
}
