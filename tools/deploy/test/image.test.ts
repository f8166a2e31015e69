import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { startEmbeddedPostgres, throwawaySettings, type EmbeddedPostgres } from '@loyalnest/platform/database/embedded';
import { findServices } from '@loyalnest/platform/database/migrate';
import { rpcOwners, rpcUrlName } from '@loyalnest/platform/rpc/contracts';
import { freePort } from '@loyalnest/platform/testing/ports';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assemble } from '../src/image/assemble.ts';
import { addBase, isRoot, startInside } from './image-room.ts';

/** Pages and server may have to be built first. */
const assembleTimeoutMs = 240_000;

// Only root may change what is `/` for a process, and only Linux has the calls.
describe.runIf(isRoot && process.platform === 'linux')('the files of the image', () => {
  let home: string;
  let image: string;
  let postgres: EmbeddedPostgres;
  const secret = randomBytes(24).toString('hex');
  const keys = JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } });
  const services = findServices(join(root, 'services'));

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'loyalnest-image-'));
    chmodSync(home, 0o755);
    image = join(home, 'image');
    mkdirSync(image);
    await assemble({ root, out: image });
    addBase(image);
    writeSecret('database-role-secret', secret);
    writeSecret('shopify-client-secret', randomBytes(16).toString('hex'));
    writeSecret('keys.json', keys);
    const dataDir = join(home, 'postgres');
    postgres = await startEmbeddedPostgres({ dataDir, port: await freePort(), settings: throwawaySettings });
    writeSecret('database-owner-url', postgres.ownerUrl);
  }, assembleTimeoutMs);

  afterAll(async () => {
    await postgres?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  /** By default as Compose hands them out: as they are on the machine, where they belong to the program's user. */
  function writeSecret(name: string, text: string, { owner, mode } = { owner: '65532:65532', mode: 0o400 }): void {
    const file = join(image, 'run/secrets', name);
    rmSync(file, { force: true });
    writeFileSync(file, `${text}\n`);
    execFileSync('chown', [owner, file]);
    chmodSync(file, mode);
  }

  function environment(port: number): Record<string, string> {
    const { host, pathname } = new URL(postgres.ownerUrl);
    return {
      PORT: String(port),
      DATABASE_URL: `postgres://${host}${pathname}`,
      DATABASE_ROLE_SECRET_FILE: '/run/secrets/database-role-secret',
      MASTER_KEY_FILE: '/run/secrets/keys.json',
      SHOPIFY_CLIENT_ID: 'client-id',
      SHOPIFY_CLIENT_SECRET_FILE: '/run/secrets/shopify-client-secret',
      // Nobody is called here; that there is an address is enough to start.
      ...Object.fromEntries(rpcOwners.map((name) => [rpcUrlName(name), 'http://127.0.0.1:1'])),
    };
  }

  it('migrate an empty database, and find nothing to do the second time', async () => {
    const env = {
      DATABASE_URL_FILE: '/run/secrets/database-owner-url',
      DATABASE_ROLE_SECRET_FILE: '/run/secrets/database-role-secret',
    };
    const first = startInside(image, ['/app/apps/server/dist/migrate.js'], env);
    expect({ code: await first.ended, output: first.output() }).toMatchObject({ code: 0 });
    expect(first.output()).toMatch(/^migrate points\/0001_/m);
    const second = startInside(image, ['/app/apps/server/dist/migrate.js'], env);
    expect({ code: await second.ended, output: second.output() }).toEqual({
      code: 0,
      output: '0 migrations applied\n',
    });
  });

  it('run the whole product, with its pages, and end cleanly when asked to', async () => {
    const port = await freePort();
    const server = startInside(image, ['/app/apps/server/dist/main.js'], environment(port));
    await untilReady(port, server);
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toMatchObject({ status: 'ok' });
    const page = await (await fetch(`http://127.0.0.1:${port}/`)).text();
    const [script] = /\/assets\/[^"]+\.js/.exec(page) ?? [];
    expect((await fetch(`http://127.0.0.1:${port}${script}`)).status).toBe(200);
    // The loader asks for a signature of Shopify; the chunks are anybody's.
    const [chunk] = globSync('*.js', { cwd: join(image, 'app/apps/widget/dist') }).filter(
      (name) => name !== 'loader.js',
    );
    expect((await fetch(`http://127.0.0.1:${port}/widget/${chunk}`)).status).toBe(200);

    const healthy = startInside(image, ['/app/apps/server/dist/health.js'], { PORT: String(port) });
    expect({ code: await healthy.ended, output: healthy.output() }).toMatchObject({ code: 0 });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    const gone = startInside(image, ['/app/apps/server/dist/health.js'], { PORT: String(port) });
    expect({ code: await gone.ended, output: gone.output() }).toMatchObject({ code: 1 });
  });

  it.each(services)('run %s as a process of its own', async (service) => {
    const port = await freePort();
    const server = startInside(image, [`/app/apps/server/dist/services/${service}.js`], environment(port));
    await untilReady(port, server);
    expect(await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()).toEqual({
      status: 'ok',
      services: { [service]: true },
    });
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('run the pages alone, which are given no secret', async () => {
    const port = await freePort();
    const { APP_URL, SHOPIFY_CLIENT_ID } = { APP_URL: 'https://loyalty.example.com', SHOPIFY_CLIENT_ID: 'client-id' };
    const env = { PORT: String(port), APP_URL, SHOPIFY_CLIENT_ID };
    const server = startInside(image, ['/app/apps/server/dist/pages.js'], env);
    await untilReady(port, server);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toContain('<html');
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it.each(['verify-ledger', 'reconcile', 'events'])('have the command %s, which says how it is used', async (name) => {
    const asked = startInside(image, [`/app/apps/server/dist/${name}.js`, '--help'], {});
    expect({ code: await asked.ended, output: asked.output() }).toEqual({
      code: 0,
      output: expect.stringMatching(new RegExp(`^${name} .*\n`)) as unknown,
    });
  });

  it('prove the ledger, given files as the command is in a container', async () => {
    const env = {
      DATABASE_URL_FILE: '/run/secrets/database-owner-url',
      DATABASE_ROLE_SECRET_FILE: '/run/secrets/database-role-secret',
    };
    const proving = startInside(image, ['/app/apps/server/dist/verify-ledger.js', '--json'], env);
    expect({ code: await proving.ended, output: proving.output() }).toMatchObject({ code: 0 });
    expect(JSON.parse(proving.output())).toMatchObject({ ok: true, differences: [] });
    const lost = startInside(image, ['/app/apps/server/dist/verify-ledger.js'], {});
    expect({ code: await lost.ended, output: lost.output() }).toEqual({
      code: 2,
      output: expect.stringContaining('DATABASE_URL') as unknown,
    });
  });

  it('reconcile with Shopify, here the orders of no shop', async () => {
    const reconciling = startInside(image, ['/app/apps/server/dist/reconcile.js', '--json'], environment(0));
    expect({ code: await reconciling.ended, output: reconciling.output() }).toEqual({
      code: 0,
      output: '{"shops":[]}\n',
    });
  });

  it('have what it takes to send traces, which is loaded only then', async () => {
    const asked: string[] = [];
    const collector = createServer((request, response) => {
      asked.push(request.url ?? '');
      request.resume().once('end', () => response.end());
    });
    await new Promise<void>((settle) => collector.listen(0, '127.0.0.1', settle));
    const { port: collectorPort } = collector.address() as AddressInfo;
    const port = await freePort();
    const server = startInside(image, ['/app/apps/server/dist/main.js'], {
      ...environment(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
      OTEL_TRACES_SAMPLER_ARG: '1',
    });
    await untilReady(port, server);
    await fetch(`http://127.0.0.1:${port}/v1/api/merchant`);
    server.child.kill('SIGTERM');
    expect({ code: await server.ended, output: server.output() }).toMatchObject({ code: 0 });
    collector.close();
    expect(asked).toContain('/v1/traces');
  });

  it('take their secrets as Kubernetes hands them out, as files of root that a group may read', async () => {
    writeSecret('keys.json', keys, { owner: '0:65532', mode: 0o440 });
    const port = await freePort();
    const server = startInside(image, ['/app/apps/server/dist/services/auth.js'], environment(port));
    await untilReady(port, server);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it.each([
    ['everybody', { owner: '0:65532', mode: 0o444 }],
    ['a group of its owner', { owner: '65532:65532', mode: 0o440 }],
  ])('refuse a master key that %s may read', async (_, how) => {
    writeSecret('keys.json', keys, how);
    const port = await freePort();
    const server = startInside(image, ['/app/apps/server/dist/services/auth.js'], environment(port));
    expect({ code: await server.ended, output: server.output() }).toEqual({
      code: 1,
      output: expect.stringContaining('can be read by others') as unknown,
    });
  });

  it('cannot be changed by what runs from them', async () => {
    const write = `require('node:fs').writeFileSync('/app/apps/server/dist/main.js', '')`;
    const writer = startInside(image, ['-e', write], {});
    expect(await writer.ended).not.toBe(0);
    expect(writer.output()).toContain('EROFS');
  });

  async function untilReady(port: number, server: ReturnType<typeof startInside>): Promise<void> {
    const look = async (): Promise<void> => {
      if (server.child.exitCode !== null) throw new Error(`ended: ${server.output()}`);
      const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
      expect(status).toBe(200);
    };
    await vi.waitFor(look, { timeout: 20_000, interval: 100 });
  }
});
