import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { ensureCertificate } from '../../src/nginx/certificate.ts';
import { nginxConfig, type NginxOptions, type ProxiedService } from '../../src/nginx/config.ts';
import { ensureNginx } from '../../src/nginx/program.ts';
import type { Doors } from '../../src/nginx/routes.ts';
import { startProgram } from '../../src/part.ts';
import { findFreeBase } from '../../src/ports.ts';

export const noDoors: Doors = { paths: [], sockets: [], rpc: [], topics: [] };

/** Something that answers where a service would, and what it was asked. */
export type Upstream = { address: string; server: Server; seen: Seen[] };
type Seen = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

export async function anUpstream(answer: RequestListener): Promise<Upstream> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    request.resume().once('end', () => answer(request, response));
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, seen };
}

export function saying(name: string): Promise<Upstream> {
  return anUpstream((_request, response) => response.end(name));
}

/** A port that refuses: a process that is away. */
export async function nobody(): Promise<string> {
  const { address, server } = await saying('nobody');
  await new Promise((settle) => server.close(settle));
  return address;
}

export function service(
  name: string,
  upstreams: readonly (Upstream | string)[],
  doors: Partial<Doors>,
): ProxiedService {
  const http = upstreams.map((upstream) => (typeof upstream === 'string' ? upstream : upstream.address));
  return { name, http, rpc: [], doors: { ...noDoors, ...doors } };
}

export type Front = { url: string; httpsUrl: string; rpcUrl: string; readLog: () => string; options: NginxOptions };

/** A real nginx with our configuration, in front of these. */
export async function aFront(
  services: readonly ProxiedService[],
  change: Partial<Pick<NginxOptions, 'pages' | 'trusted' | 'proxies'>> = {},
): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-nginx-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const base = await findFreeBase(28_400 + Math.floor(Math.random() * 1_000) * 4);
  if (base === undefined) throw new Error('no free ports');
  for (const kind of ['assets', 'widget']) mkdirSync(join(folder, kind));
  writeFileSync(join(folder, 'openapi.json'), '{}');
  const options: NginxOptions = {
    services,
    pages: [services[0]?.http[0] ?? '127.0.0.1:1'],
    listen: { http: `127.0.0.1:${base}`, https: `127.0.0.1:${base + 1}`, rpc: `127.0.0.1:${base + 2}` },
    certificate: await ensureCertificate(join(folder, 'tls')),
    filesFolder: folder,
    runFolder: folder,
    log: join(folder, 'nginx.log'),
    ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
    trusted: ['127.0.0.0/8'],
    ...change,
  };
  const configFile = join(folder, 'nginx.conf');
  writeFileSync(configFile, nginxConfig(options));
  const nginx = await ensureNginx();
  const url = `http://127.0.0.1:${base}`;
  const part = await startProgram({
    name: 'nginx',
    program: nginx.path,
    args: ['-p', folder, '-c', configFile],
    env: {},
    logFile: options.log,
    cacheDir: folder,
    healthUrl: `${url}/healthz`,
    signal: new AbortController().signal,
  });
  onTestFinished(() => part.stop());
  return {
    url,
    httpsUrl: `https://127.0.0.1:${base + 1}`,
    rpcUrl: `http://127.0.0.1:${base + 2}`,
    readLog: () => readFileSync(options.log, 'utf8'),
    options,
  };
}

/** How many answers of each kind there are to this many requests, which go out as fast as sockets take them. */
export async function statuses(
  { url }: Pick<Front, 'url'>,
  { count, path }: { count: number; path: () => string },
): Promise<Record<string, number>> {
  const perSocket = 50;
  const { port } = new URL(url);
  const ask = async () => {
    const lines = Array.from({ length: perSocket }, (_, index) =>
      [`GET ${path()} HTTP/1.1`, 'Host: shop', ...(index === perSocket - 1 ? ['Connection: close'] : []), '', ''].join(
        '\r\n',
      ),
    );
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(lines.join(''));
    return text(socket);
  };
  const heard = await Promise.all(Array.from({ length: count / perSocket }, ask));
  const found = Array.from(heard.join('').matchAll(/HTTP\/1\.1 (\d+) /g), ([, status = '']) => status);
  return Object.fromEntries(
    Object.entries(Object.groupBy(found, String)).map(([status, all]) => [status, all?.length ?? 0]),
  );
}
