import { expect, it } from 'vitest';
import { readLog } from '../src/pgbench/pgbench.ts';

it('a line of the log tells when a transaction was over and how long after it was due', () => {
  expect(readLog('0 1 2500 0 1764230400 250000 1200\n3 2 31000 0 1764230401 5 0\n')).toEqual([
    { endMs: 1_764_230_400_250, latencyMs: 2.5 },
    { endMs: 1_764_230_401_000.005, latencyMs: 31 },
  ]);
});
