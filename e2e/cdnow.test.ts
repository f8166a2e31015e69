import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { expect, inject, it } from 'vitest';
import { runCommand } from './running.ts';

/** Real orders of a real shop; not part of this repository. */
const file = join(root, '../shared/data/cdnow.csv');
const running = inject('running');
const shop = `cdnow-${Math.random().toString(36).slice(2, 8)}`;
/** A minute on an idle machine of two cores; ten on one that others use. */
const timeout = 600_000;

it.skipIf(!existsSync(file))(
  `69,659 real orders end at 2,453,159 points over 23,570 customers (skipped where ../shared/data/cdnow.csv is not there)`,
  { timeout },
  async () => {
    const args = ['--shop', shop, '--duplicate', '0.2', '--reorder', '0.2', '--json'];
    const { exitCode, stdout, stderr } = await runCommand(running, ['replay', file, ...args]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      orders: 69_659,
      refunds: 0,
      cancellations: 0,
      customers: 23_570,
      failed: 0,
      pointsIssued: 2_453_159,
      pointsRevoked: 0,
      pointsOutstanding: 2_453_159,
    });
    const domain = `${shop}.myshopify.com`;
    const proof = await runCommand(running, ['verify-ledger', '--json', '--shop', domain]);
    expect(JSON.parse(proof.stdout)).toMatchObject({ ok: true, checked: { orders: 69_659 }, differences: [] });
  },
);
