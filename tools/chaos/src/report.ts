import type { Cell } from './cell.ts';
import type { Invariants } from './invariants.ts';
import type { ChaosResult } from './matrix.ts';

const findingsMax = 20;

export function isClean({ cells, invariants }: Pick<ChaosResult, 'cells' | 'invariants'>): boolean {
  return cells.every(({ ok }) => ok) && Object.values(invariants).every(({ length }) => length === 0);
}

/** One object for a program that reads it. */
export function toJson({ cells, invariants, seconds }: ChaosResult): string {
  const { lost, doubled, differences } = invariants;
  return JSON.stringify({
    cells,
    invariants: { lost: lost.length, doubled: doubled.length, differences: differences.length },
    findings: findingsOf(invariants),
    seconds,
    ok: isClean({ cells, invariants }),
  });
}

export function describe(result: ChaosResult): string {
  const { cells, invariants, seconds } = result;
  const { lost, doubled, differences } = invariants;
  const bad = cells.filter(({ ok }) => !ok);
  return [
    ...bad.map((cell) => `  ✗ ${cell.shape} ${cell.target} ${cell.fault} ${cell.operation}: ${describeCell(cell)}`),
    `  ${isClean(result) ? '✓' : '✗'} ${cells.length - bad.length} of ${cells.length} as they should be in ${seconds} s; ${lost.length} lost, ${doubled.length} doubled, ${differences.length} differences`,
    ...findingsOf(invariants).map((finding) => `    ${finding}`),
    '',
  ].join('\n');
}

/** A fault's four operations in one line. */
export function describeErrors(cells: readonly Cell[]): string {
  return cells.map((cell) => `${cell.ok ? '' : '✗ '}${cell.operation} ${describeCell(cell)}`).join('; ');
}

function describeCell({ operation, requests, errors, recoverySeconds, slowestSeconds }: Cell): string {
  if (operation === 'events') return recoverySeconds === null ? 'never arrive' : `arrive within ${recoverySeconds} s`;
  const told = Object.entries(errors).map(([code, count]) => `${count} ${code}`);
  const recovery = recoverySeconds === null ? 'not back' : `back after ${recoverySeconds} s`;
  return `${requests} (${told.length === 0 ? 'no errors' : told.join(', ')}, at most ${slowestSeconds} s, ${recovery})`;
}

function findingsOf({ lost, doubled, differences }: Invariants): string[] {
  return [...lost, ...doubled, ...differences].slice(0, findingsMax);
}
