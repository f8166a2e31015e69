import { expect, it } from 'vitest';
import { labelledMarks, smoothPath, ticksUpTo } from '../src/chart-shape.ts';

it.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [3, [0, 1, 2, 3]],
  [7, [0, 2, 4, 6, 8]],
  [10, [0, 5, 10]],
  [61_234, [0, 20_000, 40_000, 60_000, 80_000]],
])('has round ticks from 0 to at least %i', (max, expected) => {
  expect(ticksUpTo(max, 4)).toEqual(expected);
});

it('never has more steps than wanted, and reaches the highest value', () => {
  for (let max = 1; max < 1e9; max = Math.ceil(max * 1.37)) {
    const ticks = ticksUpTo(max, 4);
    expect(ticks.length, String(max)).toBeLessThanOrEqual(5);
    expect(ticks.at(-1), String(max)).toBeGreaterThanOrEqual(max);
  }
});

it('labels marks evenly, as many as fit', () => {
  expect(labelledMarks(5, 6)).toEqual([0, 1, 2, 3, 4]);
  expect(labelledMarks(30, 6)).toEqual([0, 5, 10, 15, 20, 25]);
  expect(labelledMarks(53, 3)).toEqual([0, 18, 36]);
  expect(labelledMarks(0, 6)).toEqual([]);
});

it('draws a line that neither overshoots nor dips between two equal values', () => {
  const path = smoothPath([
    { x: 0, y: 100 },
    { x: 10, y: 100 },
    { x: 20, y: 20 },
    { x: 30, y: 20 },
    { x: 40, y: 100 },
  ]);
  const ys = [...path.matchAll(/[ MC](-?[\d.]+) (-?[\d.]+)/g)].map(([, , y]) => Number(y));
  expect(path.startsWith('M0 100C')).toBe(true);
  expect(ys.length).toBe(13);
  expect(Math.max(...ys)).toBe(100);
  expect(Math.min(...ys)).toBe(20);
});

it('draws from right to left as from left to right', () => {
  const points = [4, 9, 1, 1, 6].map((y, index) => ({ x: index * 10, y }));
  const mirrored = points.map(({ x, y }) => ({ x: -x, y }));
  const flip = (path: string) =>
    path.replace(/([ MC])(-?[\d.]+) /g, (_, before: string, x: string) => `${before}${-Number(x) || 0} `);
  expect(flip(smoothPath(mirrored))).toBe(smoothPath(points));
});

it('draws nothing of no points, and a single one as a place', () => {
  expect(smoothPath([])).toBe('');
  expect(smoothPath([{ x: 3, y: 4 }])).toBe('M3 4');
});
