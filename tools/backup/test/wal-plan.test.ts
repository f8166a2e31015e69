import { describe, expect, it } from 'vitest';
import { parseLsn } from '../src/postgres/lsn.ts';
import { parseHistory } from '../src/wal/timelines.ts';
import { parseWalObjects } from '../src/wal/wal-names.ts';
import { planWal } from '../src/wal/wal-plan.ts';

const segmentBytes = 16 * 1_024 * 1_024;

/** A backup on timeline 1 that ends within segment 2. */
function planOf(names: string[], histories: Record<number, string> = {}) {
  const plan = planWal({
    objects: parseWalObjects(
      names.map((name) => ({ name: `wal/${name}`, bytes: 1 })),
      segmentBytes,
    ),
    histories: new Map(Object.entries(histories).map(([timeline, text]) => [Number(timeline), parseHistory(text)])),
    timeline: 1,
    endLsn: parseLsn('0/2000120'),
    segmentBytes,
  });
  const used = plan.segments.flatMap(({ objects }) => objects.map(({ name }) => name.slice('wal/'.length)));
  return { ...plan, used };
}

const whole = (segment: number, timeline = 1) => `0000000${timeline}000000000000000${segment}`;

describe('the log that continues a backup', () => {
  it('begins behind the segment that the backup ends in, and goes on as far as there are segments', () => {
    const { used, until, hole } = planOf([whole(1), whole(2), whole(3), whole(4)]);
    expect(used).toEqual([whole(3), whole(4)]);
    expect([until, hole]).toEqual([parseLsn('0/5000000'), undefined]);
  });

  it('is empty when nothing was streamed', () => {
    expect(planOf([whole(2)])).toMatchObject({ used: [], until: parseLsn('0/3000000'), hole: undefined });
  });

  it('ends in the parts of a segment, in which those of an interrupted stream overlap', () => {
    const parts = ['00000000-00000100', '00000100-00000180', '00000000-00000140', '00000140-00000200'];
    const { used, until } = planOf([whole(3), ...parts.map((part) => `${whole(4)}.${part}`)]);
    expect(used).toEqual([whole(3), `${whole(4)}.00000000-00000140`, `${whole(4)}.00000140-00000200`]);
    expect(until).toBe(parseLsn('0/4000200'));
  });

  it('takes a whole segment for its parts while both are there', () => {
    const { used } = planOf([whole(3), `${whole(3)}.00000000-00000100`]);
    expect(used).toEqual([whole(3)]);
  });

  it.each([
    ['a segment is missing', [whole(3), whole(5)], '0/4000000', '0/5000000'],
    ['a part is missing', [`${whole(3)}.00000000-00000100`, `${whole(3)}.00000180-00000200`], '0/3000100', '0/3000180'],
    [
      'a segment is not whole and another follows',
      [`${whole(3)}.00000000-00000100`, whole(4)],
      '0/3000100',
      '0/4000000',
    ],
    ['nothing continues the backup itself', [whole(4)], '0/3000000', '0/4000000'],
  ])('ends at a hole, and says so: %s', (_, names, from, until) => {
    const plan = planOf(names);
    expect(plan.until).toBe(parseLsn(from));
    expect(plan.hole).toEqual({ from: parseLsn(from), until: parseLsn(until) });
  });

  it('goes over to the newest timeline that comes from the backup', () => {
    const histories = { 2: '1\t0/3000200\tno recovery target specified\n', 3: '1\t0/3000200\tx\n\n2\t0/5000000\tx\n' };
    const names = [whole(3), whole(4), whole(3, 2), whole(4, 2), whole(5, 3), whole(6, 3)];
    const { used, timelines, hole } = planOf(names, histories);
    expect(used).toEqual([whole(3, 2), whole(4, 2), whole(5, 3), whole(6, 3)]);
    expect([timelines, hole]).toEqual([[1, 2, 3], undefined]);
  });

  it('stays off a timeline that was left before the backup ended', () => {
    const { used } = planOf([whole(3), whole(2, 2), whole(3, 2)], { 2: '1\t0/1000000\tbefore 2026-01-01\n' });
    expect(used).toEqual([whole(3)]);
  });

  it('is not made of what only looks like log', () => {
    const names = ['00000002.history', `${whole(3)}.draft`, `${whole(3)}.00000000-00000100.7.draft`, 'notes.txt'];
    expect(planOf(names)).toMatchObject({ used: [], hole: undefined });
  });
});
