import type { Shape } from '@loyalnest/dev/instance';
import type { OperationName } from './load/operations.ts';
import type { TargetName } from './whole/target.ts';

/**
 * What each operation cannot do without. All others must go on as if nothing were wrong; these may fail, with an error that
 * says so. A reward is taken without Shopify: the points are set aside at once, and its code follows. A balance that was read
 * before is told without PostgreSQL, and everybody's is read before anything goes wrong.
 */
const needs: Record<OperationName, readonly TargetName[]> = {
  earn: ['postgres'],
  redeem: ['postgres'],
  balance: [],
  settings: ['postgres'],
};

export function mayFail(operation: OperationName, targets: readonly TargetName[]): boolean {
  return targets.some((target) => needs[operation].includes(target));
}

/** What is away together: each target alone, and what the issue names besides. */
export type Situation = { name: string; targets: readonly TargetName[] };

const alone = (name: TargetName): Situation => ({ name, targets: [name] });

/** One process has neither Redis nor Kafka, and calls itself. */
export const situations: Record<Shape, readonly Situation[]> = {
  'one-process': [alone('postgres'), alone('shopify')],
  distributed: [
    ...(['postgres', 'redis', 'kafka', 'service', 'shopify'] as const).map(alone),
    { name: 'redis+kafka', targets: ['redis', 'kafka'] },
  ],
};
