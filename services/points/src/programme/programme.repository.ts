import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Programme } from '../orders/order-plan.ts';

type SettingsRow = { merchant_id: number; version: number; settings: ProgrammeSettings };

/** The current version of each merchant's programme. Relies on the primary key of `program_settings`. */
export async function findProgrammes(tx: Tx, merchantIds: readonly number[]): Promise<Map<number, Programme>> {
  const rows = await tx.query<SettingsRow>(
    `select wanted.merchant_id, newest.version, newest.settings
     from unnest($1::bigint[]) as wanted (merchant_id)
     cross join lateral (
       select version, settings from program_settings
       where program_settings.merchant_id = wanted.merchant_id
       order by version desc limit 1
     ) as newest`,
    [numberArray(merchantIds)],
    'find-programmes',
  );
  return new Map(rows.map((row) => [row.merchant_id, { version: row.version, settings: row.settings }]));
}

/** Current programmes in memory. Whoever holds a transaction compares the epoch it read there and forgets on a change. */
export class ProgrammeCache {
  #epoch = -1;
  readonly #programmes = new Map<number, Programme>();

  /** The programmes of these merchants, as of `epoch`, reading those that are not in memory. */
  async load(tx: Tx, merchantIds: readonly number[], epoch: number): Promise<ReadonlyMap<number, Programme>> {
    if (epoch !== this.#epoch) {
      this.#programmes.clear();
      this.#epoch = epoch;
    }
    const missing = merchantIds.filter((id) => !this.#programmes.has(id));
    if (missing.length > 0) {
      for (const [merchantId, programme] of await findProgrammes(tx, missing))
        this.#programmes.set(merchantId, programme);
    }
    return this.#programmes;
  }
}

/** Raised in the transaction that saves settings; its row lock makes savers wait for each other. */
export async function raiseSettingsEpoch(tx: Tx): Promise<void> {
  await tx.query('update settings_epoch set epoch = epoch + 1');
}
