import { checkBoundaries } from './boundaries.ts';
import { checkGenerated } from './generated.ts';
import { checkMigrations } from './migrations.ts';
import { checkWith } from './program.ts';
import type { Outcome, Stage } from './stage.ts';

/** What can be said about the code without running it. */
export const staticStages: readonly Stage[] = [
  { name: 'types', run: checkTypes },
  { name: 'lint', run: () => checkWith('node_modules/oxlint/bin/oxlint', []) },
  { name: 'module boundaries', run: () => checkBoundaries() },
  {
    name: 'formatting',
    run: () => checkWith('node_modules/prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
  },
  { name: 'unused code', run: () => checkWith('node_modules/knip/bin/knip.js', ['--no-progress']) },
  { name: 'generated files', run: checkGenerated },
  { name: 'migrations', run: () => checkMigrations() },
];

/** Servers, pages and the widget see different globals, so each is a program of its own. */
const programs = ['tsconfig.json', 'tsconfig.web.json', 'tsconfig.widget.json'];

/** What was found the last time is kept, so that only what has changed is looked at again. */
async function checkTypes(): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const program of programs) {
    const kept = `node_modules/.cache/loyalnest/${program.replace('.json', '')}.tsbuildinfo`;
    const args = ['-p', program, '--incremental', '--tsBuildInfoFile', kept];
    outcomes.push(await checkWith('node_modules/typescript/bin/tsc', args));
  }
  return {
    isPassed: outcomes.every(({ isPassed }) => isPassed),
    output: outcomes.map(({ output }) => output).join(''),
  };
}
