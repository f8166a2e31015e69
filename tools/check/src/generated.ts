import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { runNode } from './program.ts';
import type { Outcome } from './stage.ts';

/**
 * Whatever generates files that are committed names itself in its package.json as the script `generate`, of the form
 * `node FILE [ARGUMENT…]`. Called with `--check` besides, it writes nothing and fails when something is out of date.
 */
export async function checkGenerated(): Promise<Outcome> {
  const generators = findGenerators();
  const failures: string[] = [];
  for (const { name, script, args } of generators) {
    const { exitCode, output } = await runNode(script, [...args, '--check']);
    if (exitCode !== 0) failures.push(`${name}: ./dev.sh reference brings it up to date\n${output}`);
  }
  return { isPassed: failures.length === 0, output: failures.join('\n'), note: `${generators.length} generators` };
}

type Generator = { name: string; script: string; args: string[] };

function findGenerators(): Generator[] {
  const files = globSync('{apps,services,libs,tools,extensions}/*/package.json', { cwd: root }).sort();
  return files.flatMap((file) => {
    const { name, scripts } = JSON.parse(readFileSync(join(root, file), 'utf8')) as PackageJson;
    const command = scripts?.['generate'];
    if (command === undefined) return [];
    const [program, script, ...args] = command.split(' ');
    if (program !== 'node' || script === undefined)
      throw new Error(`${file}: the script "generate" must begin with "node FILE"`);
    return [{ name, script: join(dirname(file), script), args }];
  });
}

type PackageJson = { name: string; scripts?: Record<string, string> };
