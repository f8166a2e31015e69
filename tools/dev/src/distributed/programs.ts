import { join } from 'node:path';
import { nodeArgs } from '../build.ts';
import { startNginx } from '../nginx/start-nginx.ts';
import type { NginxProgram } from '../nginx/program.ts';
import { root } from '../instance.ts';
import { startProgram, type Part } from '../part.ts';
import { inherited, pagesEnvironment, serviceEnvironment, type Surroundings } from './environment.ts';
import type { ServiceProcess } from './layout.ts';
import { programOf, type Description } from './services.ts';

/** Starts a part, and again when it has ended. */
export type Program = { name: string; start: () => Promise<Part> };

export function servicePrograms(surroundings: Surroundings, description: Description, signal: AbortSignal): Program[] {
  return surroundings.layout.processes.map((process) => servicePart(process, { surroundings, description, signal }));
}

function servicePart(
  process: ServiceProcess,
  { surroundings, description, signal }: { surroundings: Surroundings; description: Description; signal: AbortSignal },
): Program {
  const { instance } = surroundings;
  const { name, service, ports } = process;
  const described = description.services.find((one) => one.name === service);
  if (!described) throw new Error(`${service} has a program, and apps/server does not know it`);
  return {
    name,
    start: () =>
      startProgram({
        name,
        args: [...nodeArgs, programOf(service)],
        env: serviceEnvironment(process, described, surroundings),
        inherits: inherited,
        logFile: instance.logFile(name),
        cacheDir: instance.paths.cache,
        healthUrl: `http://127.0.0.1:${ports.http}/readyz`,
        signal,
      }),
  };
}

/** What stands before the services: the pages, and nginx in front of all. Neither needs any of them to start. */
export function frontPrograms(
  surroundings: Pick<Surroundings, 'instance' | 'layout' | 'app' | 'logLevel'>,
  options: { description: Description; nginx: NginxProgram; signal: AbortSignal },
): Program[] {
  const { instance, layout } = surroundings;
  const pages = () =>
    startProgram({
      name: 'pages',
      args: [...nodeArgs, join(root, 'apps/server/dist/pages.js')],
      env: pagesEnvironment(surroundings),
      inherits: inherited,
      logFile: instance.logFile('pages'),
      cacheDir: instance.paths.cache,
      healthUrl: `http://127.0.0.1:${layout.pages}/healthz`,
      signal: options.signal,
    });
  return [
    { name: 'pages', start: pages },
    { name: 'nginx', start: () => startNginx({ instance, layout, ...options }) },
  ];
}
