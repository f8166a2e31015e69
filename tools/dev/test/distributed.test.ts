import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findServices } from '../src/distributed/services.ts';
import { planLayout, portCount } from '../src/distributed/layout.ts';
import { isRunning, readState } from '../src/state.ts';
import type { Status } from '../src/status.ts';
import { beginCli, runCli } from './run-cli.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

describe('the ports of separate processes', () => {
  it('are all different, and stay below those of the next copy', async () => {
    const instance = await aTemporaryInstance();
    const { processes, nginx, kafka, redis, pages } = planLayout(instance, { services: findServices(), replicas: 4 });
    expect(processes.length).toBe(findServices().length * 4);
    const shared = [...Object.values(instance.ports), ...Object.values(nginx), ...Object.values(kafka), pages];
    const ports = [...shared, ...redis.clients, ...redis.bus, ...processes.flatMap((one) => Object.values(one.ports))];
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ports)).toBeLessThan(instance.ports.server + portCount);
  });

  it('are refused when there are not enough', async () => {
    const instance = await aTemporaryInstance();
    const services = Array.from({ length: 20 }, (_, index) => `service-${index}`);
    expect(() => planLayout(instance, { services, replicas: 4 })).toThrow('more than there are ports for');
  });

  it('are asked for rightly', async () => {
    const asked = async (...args: string[]) => runCli(['up', ...args]);
    expect(await asked('--replicas', '2')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('needs --distributed') as string,
    });
    expect(await asked('--distributed', '--replicas', 'x')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('must be a number') as string,
    });
  });
});

describe('a whole of separate processes', { timeout: 300_000 }, () => {
  it('starts with each knowing its own alone, gets one back that was killed, and leaves nothing behind', async () => {
    const instance = await aTemporaryInstance(portCount);
    const now = new Date().toISOString();
    // Without orders, which this test needs none of.
    writeFileSync(
      join(instance.paths.run, 'seed.json'),
      JSON.stringify({ database: 'embedded', until: now, finishedAt: now }),
    );
    onTestFinished(async () => void (await runCli(['down'], { instance })));
    const up = await runCli(['up', '--distributed', '--replicas', '2', '--detach'], { instance });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const look = async () => JSON.parse((await runCli(['status', '--json'], { instance })).stdout) as Status;
    const { healthy, shape, parts } = await look();
    expect({ healthy, shape }).toEqual({ healthy: true, shape: 'distributed' });
    const names = parts.map(({ name }) => name);
    for (const service of findServices()) expect(names).toEqual(expect.arrayContaining([service, `${service}-2`]));

    for (const service of findServices()) expectOwnAlone(service, pidOf(parts, service));
    const pages = environmentOf(pidOf(parts, 'pages'));
    expect(Object.keys(pages).filter((name) => /SECRET|DATABASE|KEY_FILE|REDIS|KAFKA/.test(name))).toEqual([]);

    const killed = pidOf(parts, 'points');
    const live = beginCli(['logs', '--live', '--service', 'points', '--level', 'info'], { instance });
    const starts = () =>
      live
        .stdout()
        .split('\n')
        .filter((line) => line.includes('"listening"')).length;
    // Of both its processes, told by one of another service.
    await expect.poll(starts).toBe(2);
    process.kill(killed, 'SIGKILL');
    // The other process answers meanwhile, and the whole is ready.
    expect((await fetch(`${instance.serverUrl}/readyz`)).status).toBe(200);
    expect((await fetch(`${instance.serverUrl}/v1/api/points/balance?customerId=1`)).status).toBe(401);
    await expect.poll(async () => (await look()).healthy, { timeout: 60_000 }).toBe(true);
    expect(pidOf((await look()).parts, 'points')).not.toBe(killed);
    await expect.poll(starts).toBe(3);

    const running = Object.values(readState(instance)?.parts ?? {});
    expect(running.filter(isRunning).length).toBe(names.length);
    expect(await runCli(['down'], { instance })).toMatchObject({ exitCode: 0, stdout: 'Stopped.\n' });
    expect(running.filter(isRunning)).toEqual([]);
    const { exitCode, stdout } = await live.ended;
    expect(exitCode).toBe(0);
    for (const line of stdout.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({
        service_name: 'points',
        level: expect.stringMatching(/^(info|warn|error|fatal)$/) as string,
      });
  });
});

function pidOf(parts: Status['parts'], wanted: string): number {
  return parts.find(({ name }) => name === wanted)?.pid ?? 0;
}

function environmentOf(pid: number): Record<string, string> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
}

/** Its own login and no secret that others' follow from, and nothing that only others read. */
function expectOwnAlone(service: string, pid: number): void {
  const own = environmentOf(pid);
  expect(new URL(own['DATABASE_URL'] ?? '').username).toBe(`loyalnest_${service.replaceAll('-', '_')}`);
  expect(Object.keys(own)).not.toContain('DATABASE_ROLE_SECRET');
  expect([service, 'WIDGET_FOLDER' in own]).toEqual([service, service === 'points']);
}
