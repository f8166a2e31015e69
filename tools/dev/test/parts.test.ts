import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '@loyalnest/platform/database/embedded/processes';
import type { Instance } from '../src/instance.ts';
import { lastLines, rotateLogs } from '../src/logfile.ts';
import { startProgram, type Part } from '../src/part.ts';
import { waitFor } from '../src/strays.ts';
import { Supervisor } from '../src/supervisor.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

const listening = (port: number) => `
  require('node:http').createServer((request, response) => response.end('ok')).listen(${port}, '127.0.0.1');
  console.log('listening');
`;

async function start(instance: Instance, program: string, signal = new AbortController().signal): Promise<Part> {
  const part = await startProgram({
    name: 'server',
    args: ['-e', program],
    env: {},
    logFile: instance.logFile('server'),
    cacheDir: instance.paths.cache,
    healthUrl: instance.serverUrl,
    signal,
  });
  onTestFinished(() => part.stop());
  return part;
}

describe('a part', () => {
  it('is started when it is healthy, and ends when it is stopped', async () => {
    const instance = await aTemporaryInstance();
    const part = await start(instance, listening(instance.ports.server));
    expect(isAlive(part.pid)).toBe(true);
    expect(lastLines(part.logFile, 5)).toEqual(['listening']);
    await part.stop();
    expect(isAlive(part.pid)).toBe(false);
  });

  it('that ends while starting is quoted', async () => {
    const instance = await aTemporaryInstance();
    const attempt = start(instance, `console.error('no flour in the kitchen'); process.exit(3)`);
    await expect(attempt).rejects.toThrow(/server ended with exit code 3 while starting.*no flour in the kitchen/s);
  });

  it('that never becomes healthy is given up when we are asked to stop', async () => {
    const instance = await aTemporaryInstance();
    const abort = new AbortController();
    const attempt = start(instance, `setInterval(() => {}, 1000)`, abort.signal);
    setTimeout(() => abort.abort(), 300);
    await expect(attempt).rejects.toThrow(/abort/);
  });

  it('that ends later is a reason to stop, and is quoted', async () => {
    const instance = await aTemporaryInstance();
    const supervisor = new Supervisor(instance);
    const part = await start(instance, listening(instance.ports.server));
    supervisor.add(part);
    process.kill(part.pid, 'SIGKILL');
    expect(await supervisor.ended).toEqual({
      kind: 'part-ended',
      message: expect.stringMatching(/server was ended by SIGKILL.*listening/s) as string,
    });
    await supervisor.stop();
  });

  it('that is being started again ends too when everything stops', async () => {
    const instance = await aTemporaryInstance();
    const supervisor = new Supervisor(instance);
    const pids = join(instance.home, 'pids');
    const readPids = () => (statSync(pids, { throwIfNoEntry: false }) ? readFileSync(pids, 'utf8').split(' ') : []);
    // Only the first of them ever becomes healthy.
    const program = `
      const { appendFileSync, existsSync } = require('node:fs');
      const isFirst = !existsSync(${JSON.stringify(pids)});
      appendFileSync(${JSON.stringify(pids)}, (isFirst ? '' : ' ') + process.pid);
      if (isFirst) { ${listening(instance.ports.server)} } else setInterval(() => {}, 1000);
    `;
    await supervisor.keep(() => start(instance, program, supervisor.signal));
    const [first] = readPids();
    process.kill(Number(first), 'SIGKILL');
    expect(await waitFor(() => readPids().length === 2, 10_000)).toBe(true);
    const second = Number(readPids()[1]);
    onTestFinished(() => {
      if (isAlive(second)) process.kill(second, 'SIGKILL');
    });
    expect(isAlive(second)).toBe(true);
    await supervisor.stop();
    expect(isAlive(second)).toBe(false);
  });

  it('does not outlive the process that started it, even when that is killed', async () => {
    const instance = await aTemporaryInstance();
    const script = join(instance.home, 'parent.ts');
    const [partFile, runFile] = [import.meta.resolve('../src/part.ts'), join(instance.home, 'pid')];
    writeFileSync(
      script,
      `import { startProgram } from '${partFile}';
       import { writeFileSync } from 'node:fs';
       const part = await startProgram(${JSON.stringify({
         name: 'server',
         args: ['-e', listening(instance.ports.server)],
         env: {},
         logFile: instance.logFile('server'),
         healthUrl: instance.serverUrl,
       })} as never);
       writeFileSync('${runFile}', String(part.pid));
       setInterval(() => {}, 1000);`.replace('} as never', ', signal: new AbortController().signal } as never'),
    );
    const parent = spawn(process.execPath, [script], { stdio: 'inherit' });
    expect(await waitFor(() => statSync(runFile, { throwIfNoEntry: false }) !== undefined, 20_000)).toBe(true);
    await sleep(50);
    const pid = Number(readFileSync(runFile, 'utf8'));
    parent.kill('SIGKILL');
    expect(await waitFor(() => !isAlive(pid), 5_000)).toBe(true);
  });
});

describe('logs', () => {
  it('are bounded, and keep the lines before', async () => {
    const instance = await aTemporaryInstance();
    const file = instance.logFile('server');
    writeFileSync(file, 'x'.repeat(2_000));
    rotateLogs(instance.paths.logs, 1_000);
    expect([statSync(file).size, statSync(`${file}.1`).size]).toEqual([0, 2_000]);
  });

  it('lose nothing of what is appended after they were emptied', async () => {
    const instance = await aTemporaryInstance();
    const file = instance.logFile('server');
    execFileSync('sh', ['-c', `exec >>"$0"; echo before`, file]);
    rotateLogs(instance.paths.logs, 1);
    execFileSync('sh', ['-c', `exec >>"$0"; echo after`, file]);
    expect([lastLines(`${file}.1`, 5), lastLines(file, 5)]).toEqual([['before'], ['after']]);
  });
});
