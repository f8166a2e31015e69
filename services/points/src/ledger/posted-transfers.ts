import { Counter } from '@loyalnest/platform/telemetry/instruments';
import type { Transfer } from './transfer.ts';

const transfers = new Counter({
  name: 'loyalnest_transfers_posted_total',
  help: 'Transfers committed to the ledger, by kind.',
  labels: ['kind'],
});
const points = new Counter({
  name: 'loyalnest_points_posted_total',
  help: 'Points that committed transfers moved, by kind.',
  labels: ['kind'],
});

/** To be called when the transfers are committed. */
export function countPosted(posted: readonly Pick<Transfer, 'kind' | 'points'>[]): void {
  for (const transfer of posted) {
    transfers.add(1, transfer.kind);
    points.add(transfer.points, transfer.kind);
  }
}

export function readPosted() {
  return [transfers.read(), points.read()];
}
