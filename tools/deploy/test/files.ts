import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { configSchema } from '@loyalnest/platform/config/config';
import { findServices } from '@loyalnest/platform/database/migrate';
import type { Service } from '@loyalnest/platform/service';
import { parse } from 'yaml';

/** Every service that exists: the folders with migrations. */
export const services = findServices(join(root, 'services'));

/** What a service says about itself: whom it calls, and whether it answers. */
export async function serviceOf(name: string): Promise<Service> {
  const module = (await import(join(root, 'services', name, 'src/index.ts'))) as Record<string, Service>;
  const found = Object.values(module).find((value) => value.name === name);
  if (!found) throw new Error(`services/${name} exports no service of its name`);
  return found;
}

export function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

export function yamlOf(file: string): unknown {
  return parse(textOf(file), { merge: true });
}

/** Whether the image has `apps/server/dist/NAME.js`, one of the programs that are not services. */
export function isBundled(name: string): boolean {
  return new RegExp(`^ {4}'?${name}'?: '`, 'm').test(textOf('apps/server/rolldown.config.ts'));
}

/** How long nginx keeps a connection to a service that it does not use. */
export function nginxKeepsUnusedMs(): number {
  const seconds = [...textOf('deploy/nginx/container.conf').matchAll(/keepalive_timeout (\d+)s;/g)].map(([, s]) =>
    Number(s),
  );
  if (seconds.length === 0) throw new Error('the configuration of nginx keeps no connections');
  return Math.max(...seconds) * 1_000;
}

const known = new Set(Object.keys(configSchema.shape));

/** What the image sets besides configuration. */
const others = new Set(['NODE_ENV', 'LD_LIBRARY_PATH']);

/** Names among these that the product does not read: those of `config.ts`, or one of them with `_FILE` behind it. */
export function unknownVariables(names: readonly string[]): string[] {
  return names.filter((name) => !known.has(name) && !known.has(name.replace(/_FILE$/, '')) && !others.has(name));
}
