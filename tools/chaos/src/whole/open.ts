import type { Shape } from '@loyalnest/dev/instance';
import { Distributed } from './distributed.ts';
import { OneProcess } from './one-process.ts';
import type { Whole } from './whole.ts';

export function openWhole({ shape, replicas }: { shape: Shape; replicas: number }): Promise<Whole> {
  return shape === 'distributed' ? Distributed.open({ replicas }) : OneProcess.open();
}
