import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { watchDisk } from '../src/bed/disk-watch.ts';

it('tells how long pages took to the disk, and leaves nothing behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-disk-'));
  try {
    const { result, disk } = await watchDisk(folder, () => sleep(250, 'measured'));
    const { p50Ms, maxMs } = disk;
    expect(result).toBe('measured');
    expect(p50Ms).toBeGreaterThan(0);
    expect(maxMs).toBeGreaterThanOrEqual(p50Ms);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('ends when what it watches fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-disk-'));
  try {
    await expect(watchDisk(folder, () => Promise.reject(new Error('no k6')))).rejects.toThrow('no k6');
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
