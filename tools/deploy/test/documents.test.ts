import { globSync } from 'node:fs';
import { commands } from '@loyalnest/dev/commands';
import { root } from '@loyalnest/dev/instance';
import { describe, expect, it } from 'vitest';
import { isBundled, services, textOf, yamlOf } from './files.ts';

const documents = [...globSync('docs/*.md', { cwd: root }), ...globSync('deploy/*/README.md', { cwd: root })].sort();

/** What a pattern finds in a document, by its first group. */
function named(file: string, pattern: RegExp): string[] {
  return [...textOf(file).matchAll(pattern)].flatMap(([, name]) => name ?? []);
}

describe.each(documents)('%s', (file) => {
  it('names commands of dev.sh that exist', () => {
    const known = commands.map(({ name }) => name);
    expect(named(file, /\.\/dev\.sh ([a-z][a-z-]*)/g).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names programs that the image has', () => {
    const programs = named(file, /apps\/server\/dist\/([a-z-]+)\.js/g);
    expect(programs.filter((name) => !isBundled(name))).toEqual([]);
  });

  it('names containers of Compose, and jobs of the chart, that exist', () => {
    const { services: containers } = yamlOf('deploy/compose/compose.yaml') as { services: object };
    const small = yamlOf('deploy/compose/compose.small.yaml') as { services: object };
    const all = [...Object.keys(containers), ...Object.keys(small.services)];
    const used = named(
      file,
      /docker compose (?:--file \S+ )?(?:run --rm|exec|stop|start|logs(?: --follow)?) ([a-z][a-z0-9-]*)/g,
    );
    expect(used.filter((name) => !all.includes(name))).toEqual([]);

    const [, made = ''] =
      /range list (.*?) \}\}/.exec(textOf('deploy/kubernetes/loyalnest/templates/commands.yaml')) ?? [];
    const jobs = made.split(' ').map((name) => name.replaceAll('"', ''));
    expect(named(file, /--from=cronjob\/([a-z-]+)/g).filter((name) => !jobs.includes(name))).toEqual([]);
    const deployments = [...services, 'pages', 'nginx'];
    expect(named(file, /\bdeployment\/([a-z-]+)/g).filter((name) => !deployments.includes(name))).toEqual([]);
  });
});
