import { describe, expect, it } from 'vitest';
import { checkAdjustment, emptyAdjustment, signedPoints } from '../src/pages/customers/adjustment.ts';

const reason = 'Late delivery';

describe('checkAdjustment', () => {
  it.each([
    ['give', 50, 120, 170, null],
    ['take', 50, 120, 70, null],
    ['take', 120, 120, 0, null],
    ['take', 121, 120, -1, 'too-many'],
    ['give', 50, -20, 30, null],
    ['take', 5, -20, -25, 'too-many'],
  ] as const)('%s %i of %i leaves %i (%s)', (direction, points, available, after, pointsProblem) => {
    expect(checkAdjustment({ direction, points, reason }, available)).toEqual({
      after,
      pointsProblem,
      reasonProblem: null,
    });
  });

  it('asks for a number and a reason', () => {
    expect(checkAdjustment(emptyAdjustment, 120)).toEqual({
      after: null,
      pointsProblem: 'missing',
      reasonProblem: 'missing',
    });
    expect(checkAdjustment({ ...emptyAdjustment, reason: ' a ' }, 0).reasonProblem).toBe('missing');
  });
});

describe('signedPoints', () => {
  it('takes below zero and gives above', () => {
    expect(signedPoints({ direction: 'take', points: 5, reason })).toBe(-5);
    expect(signedPoints({ direction: 'give', points: 5, reason })).toBe(5);
  });
});
