import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import type { Job } from '../../src/jobs/job.ts';
import { JobRunner } from '../../src/jobs/job-runner.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { onPostgres, onRedis, type QueueServer } from './queue-servers.ts';

/** What is silent for this long runs elsewhere; in production it is half a minute. */
const timing = { lockMs: 2_000, stalledMs: 1_000, scheduleMs: 1_000 };

describe.each([
  ['PostgreSQL', onPostgres],
  ['Redis Cluster', onRedis],
])('jobs on %s', (_name, open) => {
  let server: QueueServer;
  beforeAll(async () => {
    server = await open();
  });
  beforeEach(() => server.clear());
  afterAll(() => server.close());

  type Work = () => Promise<void> | void;

  /** A runner in this process, with one job of that name. */
  function runnerOf(name: string, options: { everyMs: number; work: Work }): JobRunner {
    const job: Job = {
      name,
      schedule: { everyMs: options.everyMs },
      run: async () => options.work(),
    };
    const runner = new JobRunner({
      app: { get: () => job } as unknown as INestApplicationContext,
      rooms: [
        {
          service: { name: 'points', module: Object, jobs: [Object as never] },
          logger: createLogger({ level: 'silent', service: 'test' }),
        },
      ],
      config: loadConfig(server.env()),
      timing,
    });
    onTestFinished(() => runner.stop());
    return runner;
  }

  it('runs a job on its schedule', async () => {
    const ran: number[] = [];
    const runner = runnerOf('tick', { everyMs: 300, work: () => void ran.push(Date.now()) });
    await runner.start();
    await expect.poll(() => ran.length).toBeGreaterThanOrEqual(5);
    const gaps = ran.slice(2, 5).map((ms, index) => ms - (ran[index + 1] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThan(100);
  });

  it('runs a job that fails again on its schedule, and keeps the failure', async () => {
    let runs = 0;
    const runner = runnerOf('fails', {
      everyMs: 200,
      work: () => {
        runs += 1;
        throw new Error('on purpose');
      },
    });
    await runner.start();
    await expect.poll(() => runs).toBeGreaterThanOrEqual(3);
    await expect.poll(() => server.failureCount()).toBeGreaterThanOrEqual(2);
    expect((await runner.look())[0]?.failed).toBeGreaterThanOrEqual(2);
  });

  it('lets the run that is under way end before it stops, and begins no other', async () => {
    const began = Promise.withResolvers<void>();
    let ended = 0;
    const runner = runnerOf('slow', {
      everyMs: 100,
      work: async () => {
        began.resolve();
        await sleep(700);
        ended += 1;
      },
    });
    await runner.start();
    await began.promise;
    await runner.stop();
    const endedAtStop = ended;
    expect(endedAtStop).toBeGreaterThanOrEqual(1);
    await sleep(400);
    expect(ended).toBe(endedAtStop);
  });

  it('leaves no connection behind', async () => {
    await expect.poll(() => server.connectionCount()).toBe(0);
    let ran = false;
    const runner = runnerOf('tick', { everyMs: 200, work: () => void (ran = true) });
    await runner.start();
    await expect.poll(() => ran).toBe(true);
    expect(await server.connectionCount()).toBeGreaterThan(0);
    await runner.stop();
    await expect.poll(() => server.connectionCount()).toBe(0);
  });

  it('says what waits and for how long', async () => {
    const held = Promise.withResolvers<void>();
    const runner = runnerOf('held', { everyMs: 100, work: () => held.promise });
    await runner.start();
    // Four run side by side, and the next are due behind them.
    await expect
      .poll(async () => (await runner.look()).map(({ oldestWaitingMs }) => oldestWaitingMs > 300))
      .toEqual([true]);
    const [view] = await runner.look();
    expect(view).toMatchObject({ service: 'points', failed: 0 });
    expect(view?.active).toBeGreaterThanOrEqual(1);
    expect(view?.waiting).toBeGreaterThanOrEqual(1);
    held.resolve();
    await expect.poll(async () => (await runner.look())[0]?.oldestWaitingMs).toBeLessThan(300);
  });

  type Process = { said: string[]; kill(signal: NodeJS.Signals): Promise<void> };

  /** A runner in a process of its own. */
  function processOf(options: { everyMs: number; takesMs: number }): Process {
    const said: string[] = [];
    const child = fork(join(import.meta.dirname, 'runner-program.ts'), [JSON.stringify({ ...options, timing })], {
      env: { ...process.env, ...server.env() },
      execArgv: [],
    });
    child.on('message', (message) => said.push(message as string));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const kill = (signal: NodeJS.Signals) => {
      child.kill(signal);
      return ended;
    };
    onTestFinished(() => kill('SIGKILL'));
    return { said, kill };
  }
  const count = (of: Process[], word: string) => of.flatMap(({ said }) => said).filter((each) => each === word).length;

  it('runs each tick once in two processes', async () => {
    const two = [0, 1].map(() => processOf({ everyMs: 500, takesMs: 10 }));
    await expect.poll(() => count(two, 'started')).toBe(2);
    await expect.poll(() => count(two, 'began'), { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(1);
    const sinceMs = Date.now();
    await expect.poll(() => count(two, 'began'), { timeout: 30_000, interval: 20 }).toBeGreaterThanOrEqual(10);
    // A tick that comes late on a busy machine makes the next one seem early: two are allowed, ten would be each one twice.
    const ticks = (Date.now() - sinceMs) / 500;
    expect(count(two, 'began')).toBeLessThanOrEqual(Math.ceil(ticks) + 3);
  });

  it('runs again elsewhere what a process was at when it was killed', async () => {
    const first = processOf({ everyMs: 3_600_000, takesMs: 3_600_000 });
    await expect.poll(() => first.said).toContain('began');
    const second = processOf({ everyMs: 3_600_000, takesMs: 10 });
    await expect.poll(() => second.said).toContain('started');
    await sleep(3_000);
    // It lives and says so: nobody takes it over.
    expect(second.said).not.toContain('began');
    await first.kill('SIGKILL');
    await expect.poll(() => second.said).toContain('ended');
  });

  it('begins when the server comes, and goes on when it has been away', async () => {
    await server.goAway();
    let runs = 0;
    const runner = runnerOf('tick', { everyMs: 300, work: () => void (runs += 1) });
    await runner.start();
    expect(runs).toBe(0);
    await server.comeBack();
    await expect.poll(() => runs).toBeGreaterThanOrEqual(2);

    await server.goAway();
    await sleep(2_000);
    const whileAway = runs;
    await server.comeBack();
    await expect.poll(() => runs).toBeGreaterThan(whileAway + 1);
  });

  it('goes on when the server has stood still', async () => {
    let runs = 0;
    const runner = runnerOf('tick', { everyMs: 300, work: () => void (runs += 1) });
    await runner.start();
    await expect.poll(() => runs).toBeGreaterThanOrEqual(1);
    server.freeze();
    // Longer than locks and time-outs.
    await sleep(5_000);
    server.thaw();
    const whileStill = runs;
    await expect.poll(() => runs).toBeGreaterThan(whileStill + 1);
  });

  it('goes on when the server has come back empty', async () => {
    let runs = 0;
    const runner = runnerOf('tick', { everyMs: 300, work: () => void (runs += 1) });
    await runner.start();
    await expect.poll(() => runs).toBeGreaterThanOrEqual(1);
    await server.forget();
    const before = runs;
    await expect.poll(() => runs).toBeGreaterThan(before + 2);
  });

  it('stops while the server is away', async () => {
    const runner = runnerOf('tick', { everyMs: 300, work: () => undefined });
    await runner.start();
    await server.goAway();
    const beganMs = Date.now();
    await runner.stop();
    expect(Date.now() - beganMs).toBeLessThan(8_000);
    await server.comeBack();
  });
});
