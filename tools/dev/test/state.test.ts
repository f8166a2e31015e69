import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { birthOf } from '@loyalnest/platform/database/embedded/processes';
import { findSupervisor, identify, isRunning, takeLock, writeState } from '../src/state.ts';
import { stopStrays } from '../src/strays.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

function aProcess(): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child.pid!;
}

describe('an instance', () => {
  it('is run by one process only', async () => {
    const instance = await aTemporaryInstance();
    const release = takeLock(instance);
    expect(findSupervisor(instance)?.pid).toBe(process.pid);
    expect(() => takeLock(instance)).toThrow(/already runs/);
    release();
    expect(findSupervisor(instance)).toBeUndefined();
    takeLock(instance)();
  });

  it.each([
    { left: 'a process that has ended', content: JSON.stringify({ pid: 2 ** 22 - 1, birth: '1' }) },
    { left: 'a process whose id was given to another', content: JSON.stringify({ pid: process.pid, birth: '1' }) },
    { left: 'half a file', content: '{"pid":' },
  ])('can be run again after $left left its mark', async ({ content }) => {
    const instance = await aTemporaryInstance();
    writeFileSync(join(instance.paths.run, 'supervisor.json'), content);
    const release = takeLock(instance);
    expect(findSupervisor(instance)).toEqual({ pid: process.pid, birth: birthOf(process.pid) });
    release();
  });

  it('ends what a crashed run left behind, and nothing else', async () => {
    const instance = await aTemporaryInstance();
    const [stray, stranger] = [aProcess(), aProcess()];
    writeState(instance, {
      phase: 'running',
      shape: 'one-process',
      startedAt: new Date().toISOString(),
      ports: instance.ports,
      database: 'embedded',
      serverUrl: instance.serverUrl,
      planned: [],
      parts: { server: identify(stray), simulator: { pid: stranger, birth: 'another time' } },
    });
    const [strayId, strangerId] = [identify(stray), identify(stranger)];
    expect(await stopStrays(instance)).toBe(true);
    expect([isRunning(strayId), isRunning(strangerId)]).toEqual([false, true]);
    expect(await stopStrays(instance)).toBe(false);
  });
});
