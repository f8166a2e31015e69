import { UserError } from '@loyalnest/dev/errors';
import { expect, it } from 'vitest';
import { planMatrix, type Wanted } from '../src/plan.ts';

function cellsOf(wanted: Wanted): string[] {
  return planMatrix(wanted).flatMap(({ shape, cells }) =>
    cells.map(({ situation, fault }) => `${shape} ${situation.name} ${fault}`),
  );
}

it('takes every fault of everything that a shape needs', () => {
  const cells = cellsOf({});
  expect(cells).toHaveLength((2 + 6) * 6);
  expect(new Set(cells).size).toBe(cells.length);
});

it('takes what is wanted only', () => {
  expect(cellsOf({ shape: 'distributed', target: 'redis,kafka', fault: 'killed' })).toEqual([
    'distributed redis killed',
    'distributed kafka killed',
  ]);
});

it('has a short form that stops PostgreSQL, Redis with Kafka, and slows Shopify down', () => {
  expect(cellsOf({ short: true })).toEqual([
    'distributed postgres killed',
    'distributed shopify latency',
    'distributed redis+kafka killed',
  ]);
});

it.each<Wanted>([{ shape: 'two' }, { target: 'redis,disk' }, { fault: 'earthquake' }])(
  'refuses what there is not: %o',
  (wanted) => {
    expect(() => planMatrix(wanted)).toThrow(UserError);
  },
);
