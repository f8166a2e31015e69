import { UserError } from '@loyalnest/dev/errors';
import type { Shape } from '@loyalnest/dev/instance';
import type { CellPlan } from './cell.ts';
import { situations } from './expectations.ts';
import { faultNames, type FaultName } from './faults.ts';
import type { MatrixPlan } from './matrix.ts';

const shapes: readonly Shape[] = ['one-process', 'distributed'];

export type Wanted = { short?: boolean; shape?: string; target?: string; fault?: string };

/** A few telling ones, for every change. */
const shortCells: Record<Shape, readonly { target: string; fault: FaultName }[]> = {
  'one-process': [],
  distributed: [
    { target: 'postgres', fault: 'killed' },
    { target: 'redis+kafka', fault: 'killed' },
    { target: 'shopify', fault: 'latency' },
  ],
};

/** All of it unless somebody wants less. Throws `UserError` for what there is not. */
export function planMatrix({ short, ...wanted }: Wanted): MatrixPlan[] {
  const targets = [...new Set(shapes.flatMap((shape) => situations[shape].map(({ name }) => name)))];
  const isWanted = {
    shape: chooser('--shape', wanted.shape, ['one', 'distributed']),
    target: chooser('--target', wanted.target, targets),
    fault: chooser('--fault', wanted.fault, faultNames),
  };
  return shapes
    .filter((shape) => isWanted.shape(shape === 'one-process' ? 'one' : shape))
    .map((shape) => ({
      shape,
      cells: allCells(shape).filter(
        ({ situation, fault }) =>
          isWanted.target(situation.name) &&
          isWanted.fault(fault) &&
          (!short || shortCells[shape].some((cell) => cell.target === situation.name && cell.fault === fault)),
      ),
    }));
}

function allCells(shape: Shape): CellPlan[] {
  return situations[shape].flatMap((situation) => faultNames.map((fault) => ({ situation, fault })));
}

function chooser(option: string, text: string | undefined, known: readonly string[]): (name: string) => boolean {
  if (text === undefined) return () => true;
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new UserError(`${option} knows ${known.join(', ')}, and not "${unknown}"`, 2);
  return (name) => names.includes(name);
}
