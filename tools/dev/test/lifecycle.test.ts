import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { root, type Instance } from '../src/instance.ts';
import { findSupervisor, isRunning, readState, type ProcessId } from '../src/state.ts';
import type { Status } from '../src/status.ts';
import { waitFor } from '../src/strays.ts';
import { beginCli, runCli } from './run-cli.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

const upTimeoutMs = 120_000;
const downTimeoutMs = 60_000;

type Foreground = { child: ChildProcess; output(): string; exited: Promise<number | null> };

/** As a person would, in a terminal of his own. */
function upInForeground(instance: Instance): Foreground {
  const child = spawn(join(root, 'dev.sh'), [], {
    cwd: '/',
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      LOYALNEST_HOME: instance.home,
      LOYALNEST_PORT_BASE: String(instance.ports.server),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((settle) => child.once('close', settle));
  onTestFinished(async () => {
    await runCli(['down'], { instance });
  });
  return { child, output: () => output, exited };
}

async function untilUp(instance: Instance, run: Foreground): Promise<ProcessId[]> {
  const isOver = () => readState(instance)?.phase === 'running' || run.child.exitCode !== null;
  await waitFor(isOver, upTimeoutMs);
  expect(readState(instance)?.phase, run.output()).toBe('running');
  return Object.values(readState(instance)?.parts ?? {});
}

async function query(instance: Instance, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: readState(instance)?.ownerUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

describe('a whole', { timeout: 300_000 }, () => {
  it('starts, is healthy, stops on Ctrl-C, and has kept its data when it starts again', async () => {
    const instance = await aTemporaryInstance();
    const first = upInForeground(instance);
    const parts = await untilUp(instance, first);
    const { stdout, exitCode } = await runCli(['status', '--json'], { instance });
    const status = JSON.parse(stdout) as Status;
    expect({ exitCode, healthy: status.healthy }).toEqual({ exitCode: 0, healthy: true });
    expect(status.parts.map(({ name, state }) => [name, state])).toEqual([
      ['postgres', 'healthy'],
      ['simulator', 'healthy'],
      ['server', 'healthy'],
    ]);
    const live = beginCli(['logs', '--live', '--level', 'info'], { instance });
    await expect.poll(() => live.stdout()).toContain('"listening"');

    const seeded = await query(instance, 'select count(*)::int as orders from points.orders');
    expect(seeded).toEqual([{ orders: 787 }]);

    process.kill(-first.child.pid!, 'SIGINT');
    expect(await first.exited).toBe(0);
    expect(parts.filter(isRunning)).toEqual([]);
    expect(first.output()).toContain('Stopped.');
    expect(await live.ended).toMatchObject({ exitCode: 0, stderr: '' });

    const second = await runCli(['up', '--detach'], { instance });
    expect(second).toMatchObject({ exitCode: 0, stderr: '' });
    expect(second.stdout).not.toContain('demo shop');
    expect(await query(instance, 'select count(*)::int as orders from points.orders')).toEqual(seeded);
    const again = await runCli([], { instance });
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('already runs') as string });
    expect(await runCli(['down'], { instance })).toMatchObject({ exitCode: 0, stdout: 'Stopped.\n' });
    expect(findSupervisor(instance)).toBeUndefined();

    expect(await runCli(['reset', '--yes'], { instance })).toMatchObject({ exitCode: 0 });
  });

  it('says which part has ended, stops the rest, and is cleaned up after when it is killed', async () => {
    const instance = await aTemporaryInstance();
    const now = new Date().toISOString();
    // Without orders, which this test needs none of.
    writeFileSync(
      join(instance.paths.run, 'seed.json'),
      JSON.stringify({ database: 'embedded', until: now, finishedAt: now }),
    );
    const first = upInForeground(instance);
    const parts = await untilUp(instance, first);
    process.kill(readState(instance)!.parts.server!.pid, 'SIGKILL');
    expect(await first.exited).toBe(1);
    expect(first.output()).toMatch(/dev.sh: server was ended by SIGKILL/);
    expect(parts.filter(isRunning)).toEqual([]);

    const second = upInForeground(instance);
    const laterParts = await untilUp(instance, second);
    process.kill(findSupervisor(instance)!.pid, 'SIGKILL');
    expect(await waitFor(() => !laterParts.some(isRunning), downTimeoutMs)).toBe(true);
    expect(await runCli(['status'], { instance })).toMatchObject({ exitCode: 1 });
  });
});
