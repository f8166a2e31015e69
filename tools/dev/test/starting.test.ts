import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '@loyalnest/platform/database/embedded/processes';
import { readState } from '../src/state.ts';
import { runCli, type CliResult } from './run-cli.ts';
import { aTemporaryInstance } from './temporary-instance.ts';
import type { Instance } from '../src/instance.ts';

async function listenOn(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((settle) => server.listen({ port, host: '127.0.0.1' }, settle));
  onTestFinished(async () => {
    await new Promise((settle) => server.close(settle));
  });
}

/** One line that says what is wrong, exit code 1, and nothing left running. */
function expectRefusal(instance: Instance, result: CliResult, says: RegExp | string): void {
  expect(result.stderr).toMatch(says);
  expect(result.stderr.trim().split('\n')).toHaveLength(1);
  expect(result.exitCode).toBe(1);
  const parts = Object.values(readState(instance)?.parts ?? {});
  expect(parts.filter(({ pid }) => isAlive(pid))).toEqual([]);
}

describe('starting', () => {
  it.each(['server', 'simulator', 'postgres'] as const)('names the port of %s when it is taken', async (part) => {
    const instance = await aTemporaryInstance();
    await listenOn(instance.ports[part]);
    const result = await runCli([], { instance });
    expectRefusal(instance, result, `port ${instance.ports[part]} \\(${part}\\) is taken`.replaceAll('\\', ''));
    expect(result.stderr).toMatch(/LOYALNEST_PORT_BASE=\d+/);
  });

  it('says so when the data folder is damaged', async () => {
    const instance = await aTemporaryInstance();
    mkdirSync(instance.paths.postgres, { mode: 0o700 });
    writeFileSync(join(instance.paths.postgres, 'PG_VERSION'), 'mud');
    writeFileSync(
      instance.paths.keys,
      JSON.stringify({ current: 1, keys: { 1: Buffer.alloc(32).toString('base64') } }),
    );
    const result = await runCli([], { instance });
    expectRefusal(instance, result, process.getuid?.() === 0 ? /belongs to root/ : /PG_VERSION is missing or damaged/);
  });

  it('says so when the home is a file', async () => {
    const instance = await aTemporaryInstance();
    rmSync(instance.home, { recursive: true });
    writeFileSync(instance.home, '');
    expectRefusal(instance, await runCli([], { instance }), `${instance.home} cannot hold our data`);
  });

  it.runIf(process.getuid?.() !== 0)('says so when the home may not be written', async () => {
    const instance = await aTemporaryInstance();
    rmSync(instance.paths.run, { recursive: true });
    chmodSync(instance.home, 0o555);
    onTestFinished(() => chmodSync(instance.home, 0o755));
    expectRefusal(instance, await runCli([], { instance }), /no permission/);
  });

  it.each([
    { url: 'postgres://nobody:x@127.0.0.1:1/x', exitCode: 1, says: /PostgreSQL at 127.0.0.1:1\/x .*ECONNREFUSED/ },
    { url: 'mysql://localhost/x', exitCode: 2, says: /DATABASE_URL must look like/ },
  ])('says so when DATABASE_URL is $url', async ({ url, exitCode, says }) => {
    const instance = await aTemporaryInstance();
    const result = await runCli([], { instance, env: { DATABASE_URL: url } });
    expect(result.stderr).toMatch(says);
    expect(result.exitCode).toBe(exitCode);
    expect(statSync(instance.paths.postgres, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('wants both halves of a real Shopify app', async () => {
    const instance = await aTemporaryInstance();
    const result = await runCli([], { instance, env: { SHOPIFY_CLIENT_ID: 'abc' } });
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('SHOPIFY_CLIENT_SECRET') as string });
  });
});
