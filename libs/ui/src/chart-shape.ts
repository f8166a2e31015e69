export type Point = { x: number; y: number };

/** Whole numbers from 0 up to the first round one that is not below `max`, in at most `countMax` steps. */
export function ticksUpTo(max: number, countMax: number): number[] {
  const rough = Math.max(1, max / countMax);
  const decade = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * decade).find((candidate) => candidate >= rough) ?? rough;
  const steps = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: steps + 1 }, (_, index) => index * step);
}

/** Which of so many marks carry their label: evenly apart, beginning with the first. */
export function labelledMarks(count: number, labelsMax: number): number[] {
  const apart = Math.max(1, Math.ceil(count / Math.max(1, labelsMax)));
  return Array.from({ length: Math.ceil(count / apart) }, (_, index) => index * apart);
}

/**
 * A curve through all points that rises and falls only where they do (Fritsch and Carlson, 1980): a smooth line must not
 * dip below zero between two days that had nothing. Points are in the order of `x`, whichever way that runs.
 */
export function smoothPath(points: readonly Point[]): string {
  const [first] = points;
  if (!first) return '';
  const slopes = slopesOf(points);
  const curves = points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    const third = (to.x - from.x) / 3;
    const leaving = { x: from.x + third, y: from.y + third * (slopes[index] ?? 0) };
    const arriving = { x: to.x - third, y: to.y - third * (slopes[index + 1] ?? 0) };
    return `C${place(leaving)} ${place(arriving)} ${place(to)}`;
  });
  return `M${place(first)}${curves.join('')}`;
}

function slopesOf(points: readonly Point[]): number[] {
  const secants = points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    return (to.y - from.y) / (to.x - from.x);
  });
  return points.map((_, index) => {
    const before = secants[index - 1];
    const after = secants[index];
    if (before === undefined || after === undefined) return before ?? after ?? 0;
    if (before * after <= 0) return 0;
    // The harmonic mean is at most twice the flatter of the two, which keeps the curve between the points.
    return (2 * before * after) / (before + after);
  });
}

/** In tenths of a pixel; more digits are only longer. */
function place({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
