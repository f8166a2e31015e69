import { Database } from '@loyalnest/platform/database/database';
import type { MetricSource, Reading } from '@loyalnest/platform/telemetry/instruments';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Injectable } from '@nestjs/common';
import { readIntake } from '../intake/intake-metrics.ts';
import { OrderIntake } from '../intake/order-intake.ts';
import { readPosted } from '../ledger/posted-transfers.ts';
import { checks } from '../proof/findings.ts';
import { merchantBatches } from '../shops/merchant-batches.ts';
import { addUp, noProofs, sumLastProofs, type LastProofs } from './last-proofs.repository.ts';

/** Proofs come at night or when somebody asks for one, and finding the last of each shop reads them all. */
const proofsKeptMs = 30_000;

/** What Prometheus hears of the ledger. */
@Injectable()
export class PointsMetrics implements MetricSource {
  #proofs: { readAtMs: number; found: LastProofs } | undefined;

  constructor(
    private readonly intake: OrderIntake,
    private readonly database: Database,
    private readonly directory: ShopDirectory,
  ) {}

  async read(): Promise<Reading[]> {
    return [...readIntake(this.intake.waiting), ...readPosted(), ...describeProofs(await this.lastProofs())];
  }

  private async lastProofs(): Promise<LastProofs> {
    const nowMs = performance.now();
    if (this.#proofs && nowMs - this.#proofs.readAtMs < proofsKeptMs) return this.#proofs.found;
    let found = noProofs;
    for (const merchantIds of await merchantBatches(this.directory)) {
      found = addUp(found, await this.database.forMerchants(merchantIds, (tx) => sumLastProofs(tx, merchantIds)));
    }
    this.#proofs = { readAtMs: nowMs, found };
    return found;
  }
}

function describeProofs({ proven, differing, oldest, differences }: LastProofs): Reading[] {
  return [
    {
      name: 'loyalnest_ledger_differences',
      help: 'Differences that the last proof of each shop found, by check. Anything but 0 is a fault.',
      type: 'gauge',
      samples: checks.map((check) => ({ labels: { check }, value: differences[check] ?? 0 })),
    },
    {
      name: 'loyalnest_ledger_shops',
      help: 'Shops whose ledger was proved, by what the last proof said.',
      type: 'gauge',
      samples: [
        { labels: { proof: 'ok' }, value: proven - differing },
        { labels: { proof: 'differs' }, value: differing },
      ],
    },
    {
      name: 'loyalnest_ledger_oldest_proof_timestamp_seconds',
      help: 'When the shop was proved whose last proof is longest ago, in seconds since 1970; absent while there is none.',
      type: 'gauge',
      samples: oldest === null ? [] : [{ labels: {}, value: oldest.getTime() / 1_000 }],
    },
  ];
}
