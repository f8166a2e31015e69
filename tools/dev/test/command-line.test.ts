import { mkdtempSync, rmSync, symlinkSync, writeFileSync, chmodSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { commands } from '../src/commands.ts';
import { root } from '../src/instance.ts';
import { parseOptions } from '../src/options.ts';
import { runCli } from './run-cli.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

describe('the command line', () => {
  it('shows every command in its help', async () => {
    const { exitCode, stdout } = await runCli(['--help']);
    expect(exitCode).toBe(0);
    for (const { usage } of commands) expect(stdout).toContain(usage);
  });

  it.each(commands.filter((command) => 'run' in command).map(({ name }) => name))('explains %s', async (name) => {
    const { exitCode, stdout } = await runCli([name, '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(commands.find((command) => command.name === name)?.summary);
  });

  it.each([
    { args: ['dance'], says: 'unknown command "dance"' },
    { args: ['--dance'], says: "unknown option '--dance'" },
    { args: ['status', '--jsn'], says: "unknown option '--jsn'" },
    { args: ['down', 'now'], says: 'unexpected argument "now"' },
    { args: ['logs', 'kitchen'], says: 'there is no part "kitchen"' },
    { args: ['logs', '--shop', 'demo'], says: "unknown option '--shop'" },
    { args: ['logs', '--lines', 'many'], says: '--lines is "many"' },
    { args: ['test', '--dance'], says: "unknown option '--dance'" },
  ])('refuses $args with one line and exit code 2', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it.each(['0', '65534', 'x', '-1', '7400.5'])('refuses the port %s', async (base) => {
    const { exitCode, stderr } = await runCli(['status'], { env: { LOYALNEST_PORT_BASE: base } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`LOYALNEST_PORT_BASE is "${base}"`);
  });

  it('works through a link', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'loyalnest-link-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    symlinkSync(join(root, 'dev.sh'), join(folder, 'first'));
    symlinkSync('first', join(folder, 'second'));
    const { exitCode, stdout } = await runCli(['--help'], { program: join(folder, 'second') });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('LoyalNest') as string });
  });

  it.each([
    { version: 'v18.20.4', says: 'Node 20 or newer is needed' },
    { version: 'v4.0.0', says: 'Node 20 or newer is needed' },
  ])('asks for a newer Node than $version', async ({ version, says }) => {
    const folder = mkdtempSync(join(tmpdir(), 'loyalnest-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\necho ${version}\n`);
    chmodSync(join(folder, 'bin/node'), 0o755);
    const { exitCode, stderr } = await runCli(['--help'], { env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` } });
    expect(exitCode).toBe(1);
    expect(stderr).toContain(says);
    expect(stderr).toContain(version);
  });

  it('says that nothing runs', async () => {
    const instance = await aTemporaryInstance();
    const status = await runCli(['status', '--json'], { instance });
    expect(status.exitCode).toBe(1);
    expect(JSON.parse(status.stdout)).toMatchObject({ running: false, healthy: false, phase: 'stopped' });
    expect(await runCli(['down'], { instance })).toMatchObject({ exitCode: 0, stdout: 'LoyalNest is not running.\n' });
  });

  it('removes nothing unless it is told to', async () => {
    const instance = await aTemporaryInstance();
    const { exitCode, stderr } = await runCli(['reset'], { instance });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('--yes');
  });
});

describe('options', () => {
  it('may be long or short and come with values', () => {
    const kinds = { follow: 'boolean', lines: 'string' } as const;
    const parsed = parseOptions(['-f', 'server', '--lines', '5'], kinds, { positionalsMax: 1 });
    expect(parsed).toEqual({
      values: expect.objectContaining({ follow: true, lines: '5' }) as unknown,
      positionals: ['server'],
    });
  });

  it('must have the value they need', () => {
    expect(() => parseOptions(['--lines'], { lines: 'string' })).toThrow(/--lines/);
  });
});
