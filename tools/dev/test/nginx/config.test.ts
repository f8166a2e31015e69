import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ensureServerBundle } from '../../src/build.ts';
import { describeServices } from '../../src/distributed/services.ts';
import { nginxConfig } from '../../src/nginx/config.ts';
import { ensureNginx } from '../../src/nginx/program.ts';
import { owners, topicOwners } from '../../src/nginx/routes.ts';
import { noDoors } from './front.ts';

async function buildDescription() {
  const { signal } = new AbortController();
  await ensureServerBundle(signal);
  return describeServices(signal);
}

describe("nginx's configuration", () => {
  it('of the services there are is one that nginx takes', async () => {
    const { services } = await buildDescription();
    const folder = mkdtempSync(join(tmpdir(), 'loyalnest-nginx-'));
    try {
      const file = join(folder, 'nginx.conf');
      const config = nginxConfig({
        services: services.map(({ name, doors }) => ({ name, doors, http: ['127.0.0.1:1'], rpc: ['127.0.0.1:2'] })),
        pages: ['127.0.0.1:3'],
        listen: { http: '127.0.0.1:8080', rpc: '127.0.0.1:8081' },
        filesFolder: folder,
        runFolder: folder,
        log: join(folder, 'nginx.log'),
        trusted: ['10.0.0.0/8', '::1'],
      });
      writeFileSync(file, config);
      const { path } = await ensureNginx();
      const { stderr } = await promisify(execFile)(path, ['-t', '-p', folder, '-c', file]);
      expect(stderr).toContain('test is successful');
      for (const { name } of services) expect(config).toContain(`upstream ${name} {`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('leads every route and topic of every service to it', async () => {
    const { services } = await buildDescription();
    const patterns = Object.entries(owners(services)).map(
      ([pattern, owner]) => [new RegExp(pattern.slice(2, -1)), owner] as const,
    );
    const ownersOf = (path: string) => patterns.filter(([pattern]) => pattern.test(path)).map(([, owner]) => owner);
    for (const { name, doors } of services) {
      for (const path of [...doors.paths, ...doors.sockets].filter((one) => one !== '/webhooks/shopify'))
        expect([path, ownersOf(path.replaceAll(/:\w+/g, '5'))]).toEqual([path, [name]]);
      for (const topic of doors.topics) expect(topicOwners(services)[`"${topic}"`]).toBe(name);
    }
    expect(ownersOf('/customers')).toEqual([]);
    expect(ownersOf('/administration')).toEqual([]);
  });

  it('keeps apart services that share a beginning, and refuses an address that two have', () => {
    const of = (name: string, ...paths: string[]) => ({ name, doors: { ...noDoors, paths } });
    expect(owners([of('a', '/v1/api/things/:id'), of('b', '/v1/api/things/:id/parts', '/v1/api/others')])).toEqual({
      '"~^/v1/api/others(/|$)"': 'b',
      '"~^/v1/api/things/[^/]+$"': 'a',
      '"~^/v1/api/things/[^/]+/parts(/|$)"': 'b',
    });
    expect(() => owners([of('a', '/v1/x'), of('b', '/v1/x')])).toThrow('belongs to a and to another service');
  });
});
