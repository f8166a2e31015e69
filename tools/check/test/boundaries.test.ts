import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '@loyalnest/dev/instance';
import { checkBoundaries } from '../src/boundaries.ts';

let workspace: string;

const packages = {
  'apps/server': '@workspace/server',
  'apps/widget': '@workspace/widget',
  'extensions/theme': '@workspace/theme',
  'services/points': '@workspace/points',
  'services/auth': '@workspace/auth',
  'libs/platform': '@workspace/platform',
  'libs/shopify': '@workspace/shopify',
  'libs/contracts': '@workspace/contracts',
  'libs/ui': '@workspace/ui',
  'tools/shopify-simulator': '@workspace/shopify-simulator',
  'tools/load': '@workspace/load',
};

type Folder = keyof typeof packages;

/** A small workspace of the same shape, with the real rules. */
beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'loyalnest-boundaries-'));
  for (const file of ['nx.json', 'tsconfig.base.json', 'tools/check/boundaries.json', 'tools/check/nx-tags.cjs']) {
    mkdirSync(dirname(join(workspace, file)), { recursive: true });
    cpSync(join(root, file), join(workspace, file));
  }
  symlinkSync(join(root, 'node_modules'), join(workspace, 'node_modules'));
  const workspaces = ['apps/*', 'services/*', 'libs/*', 'tools/*', 'extensions/*'];
  writeJson('package.json', { name: 'workspace', private: true, workspaces });
  for (const [folder, name] of Object.entries(packages)) {
    mkdirSync(join(workspace, folder, 'src'), { recursive: true });
    writeJson(join(folder, 'package.json'), { name, version: '0.0.0', exports: { '.': './src/index.ts' } });
    writeFileSync(join(workspace, folder, 'src/index.ts'), 'export const here = 1;\n');
  }
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

function writeJson(file: string, content: unknown): void {
  writeFileSync(join(workspace, file), JSON.stringify(content));
}

async function checkImports(imports: readonly [Folder, string][]) {
  const files = imports.map(([from], index) => join(workspace, from, `src/import-${index}.ts`));
  imports.forEach(([, what], index) => writeFileSync(files[index]!, `import '${what}';\n`));
  try {
    return await checkBoundaries(workspace);
  } finally {
    for (const file of files) rmSync(file);
  }
}

// Nx and the linter start four times; on a busy machine that takes its time.
describe('module boundaries', { timeout: 180_000 }, () => {
  it('allow what the architecture allows', async () => {
    const { isPassed, output } = await checkImports([
      ['apps/server', '@workspace/points'],
      ['apps/widget', '@workspace/ui'],
      ['extensions/theme', '@workspace/contracts'],
      ['services/points', '@workspace/platform'],
      ['services/points', '@workspace/shopify'],
      ['libs/shopify', '@workspace/platform'],
      ['libs/platform', '@workspace/contracts'],
      ['tools/load', '@workspace/points'],
    ]);
    expect(output).not.toContain('enforce-module-boundaries');
    expect(isPassed).toBe(true);
  });

  it('refuse everything else', async () => {
    const forbidden: [Folder, string][] = [
      ['services/points', '@workspace/auth'],
      ['services/points', '../../auth/src/index.ts'],
      ['libs/platform', '@workspace/shopify'],
      ['libs/platform', '@workspace/points'],
      ['libs/contracts', '@workspace/platform'],
      ['apps/widget', '@workspace/platform'],
      ['extensions/theme', '@workspace/ui'],
      ['tools/shopify-simulator', '@workspace/contracts'],
    ];
    const { isPassed, output } = await checkImports(forbidden);
    expect(isPassed).toBe(false);
    forbidden.forEach(([from], index) => expect(output).toContain(`${from}/src/import-${index}.ts`));
  });
});
