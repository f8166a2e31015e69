import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inherited } from '../distributed/environment.ts';
import type { Layout } from '../distributed/layout.ts';
import type { Description } from '../distributed/services.ts';
import { root, type Instance } from '../instance.ts';
import { startProgram, type Part } from '../part.ts';
import { ensureCertificate } from './certificate.ts';
import { nginxConfig } from './config.ts';
import type { NginxProgram } from './program.ts';

export type NginxStart = {
  instance: Instance;
  layout: Layout;
  description: Description;
  nginx: NginxProgram;
  signal: AbortSignal;
};

/** Starts nginx in front of everything, with its own configuration, pid and folders, as whoever we are. */
export async function startNginx({ instance, layout, description, nginx, signal }: NginxStart): Promise<Part> {
  const folder = join(instance.paths.run, 'nginx');
  const filesFolder = join(folder, 'files');
  const configFile = join(folder, 'nginx.conf');
  mkdirSync(filesFolder, { recursive: true, mode: 0o700 });
  link(join(root, 'apps/dashboard/dist/assets'), join(filesFolder, 'assets'));
  link(join(root, 'apps/widget/dist'), join(filesFolder, 'widget'));
  writeFileSync(join(filesFolder, 'openapi.json'), JSON.stringify(description.api));

  const of = (service: string, port: 'http' | 'rpc') =>
    layout.processes.filter((process) => process.service === service).map(({ ports }) => local(ports[port]));
  const config = nginxConfig({
    services: description.services.map(({ name, doors }) => ({
      name,
      doors,
      http: of(name, 'http'),
      rpc: of(name, 'rpc'),
    })),
    pages: [local(layout.pages)],
    listen: { http: local(instance.ports.server), https: local(layout.nginx.https), rpc: local(layout.nginx.rpc) },
    certificate: await ensureCertificate(instance.paths.tls),
    filesFolder,
    runFolder: folder,
    log: instance.logFile('nginx'),
    // Started as root, its workers would be somebody else, who cannot get at the files.
    ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
    trusted: ['127.0.0.0/8', '::1'],
  });
  writeFileSync(configFile, config);
  const part = await startProgram({
    name: 'nginx',
    program: nginx.path,
    args: ['-p', folder, '-c', configFile],
    env: {},
    inherits: inherited,
    logFile: instance.logFile('nginx'),
    cacheDir: instance.paths.cache,
    healthUrl: `${instance.serverUrl}/healthz`,
    signal,
  });
  return { ...part, version: nginx.version };
}

function local(port: number): string {
  return `127.0.0.1:${port}`;
}

function link(target: string, path: string): void {
  rmSync(path, { force: true });
  symlinkSync(target, path);
}
