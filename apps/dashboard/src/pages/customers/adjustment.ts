export type AdjustmentForm = { direction: 'give' | 'take'; points: number | null; reason: string };

export const emptyAdjustment: AdjustmentForm = { direction: 'give', points: null, reason: '' };

/** The bounds of the contract (`adjustRequestSchema`). */
export const pointsMax = 10_000_000;
const reasonLengthMin = 3;
export const reasonLengthMax = 500;

export type AdjustmentCheck = {
  /** What is available afterwards, as soon as a number is there. */
  after: number | null;
  pointsProblem: 'missing' | 'too-many' | null;
  reasonProblem: 'missing' | null;
};

/** What the form would do, and what keeps it from being done. Points that a customer does not have cannot be taken. */
export function checkAdjustment({ direction, points, reason }: AdjustmentForm, available: number): AdjustmentCheck {
  const reasonProblem = reason.trim().length < reasonLengthMin ? 'missing' : null;
  if (points === null || points <= 0) return { after: null, pointsProblem: 'missing', reasonProblem };
  const after = available + (direction === 'give' ? points : -points);
  return { after, pointsProblem: direction === 'take' && after < 0 ? 'too-many' : null, reasonProblem };
}

export function signedPoints({ direction, points }: AdjustmentForm): number {
  return direction === 'give' ? (points ?? 0) : -(points ?? 0);
}
