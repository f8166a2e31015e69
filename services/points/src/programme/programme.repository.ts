import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import { numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Programme } from '../orders/order-plan.ts';

type SettingsRow = {
  merchant_id: number;
  version: number;
  settings: ProgrammeSettings;
  excluded_products: number[] | null;
};

/** The current version of each merchant's programme. Relies on the primary keys of `program_settings` and `exclusions`. */
export async function findProgrammes(tx: Tx, merchantIds: readonly number[]): Promise<Map<number, Programme>> {
  const rows = await tx.query<SettingsRow>(
    `select wanted.merchant_id, newest.version, newest.settings, exclusions.product_ids as excluded_products
     from unnest($1::bigint[]) as wanted (merchant_id)
     cross join lateral (
       select version, settings from program_settings
       where program_settings.merchant_id = wanted.merchant_id
       order by version desc limit 1
     ) as newest
     left join exclusions on exclusions.merchant_id = wanted.merchant_id`,
    [numberArray(merchantIds)],
    'find-programmes',
  );
  return new Map(
    rows.map(({ merchant_id: merchantId, version, settings, excluded_products: excluded }) => [
      merchantId,
      { version, settings, ...(excluded ? { excludedProducts: new Set(excluded) } : {}) },
    ]),
  );
}

/** When each merchant's programme began: with its first version. Relies on the primary key of `program_settings`. */
export async function findBeginnings(tx: Tx, merchantIds: readonly number[]): Promise<Map<number, Date>> {
  const rows = await tx.query<{ merchant_id: number; created_at: Date }>(
    `select merchant_id, created_at from program_settings where merchant_id = any ($1::bigint[]) and version = 1`,
    [numberArray(merchantIds)],
    'find-beginnings',
  );
  return new Map(rows.map((row) => [row.merchant_id, row.created_at]));
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

/** One version of a merchant's rules, and who saved it when. */
export type SettingsVersion = Programme & { changedBy: string; changedAt: Date };

type VersionRow = { version: number; settings: ProgrammeSettings; changed_by: string; created_at: Date };

/** Versions of the rules, newest first. Relies on the primary key of `program_settings`. */
export async function listVersions(
  tx: Tx,
  of: { merchantId: number; beforeVersion: number | null; limit: number },
): Promise<SettingsVersion[]> {
  const rows = await tx.query<VersionRow>(
    `select version, settings, changed_by, created_at
     from program_settings
     where merchant_id = $1 and ($2::integer is null or version < $2)
     order by version desc
     limit $3`,
    [of.merchantId, of.beforeVersion, of.limit],
  );
  return rows.map((row) => ({
    version: row.version,
    settings: row.settings,
    changedBy: row.changed_by,
    changedAt: row.created_at,
  }));
}

export async function findNewestVersion(tx: Tx, merchantId: number): Promise<SettingsVersion | undefined> {
  const [newest] = await listVersions(tx, { merchantId, beforeVersion: null, limit: 1 });
  return newest;
}

export async function insertVersion(tx: Tx, merchantId: number, next: SettingsVersion): Promise<void> {
  await tx.query(
    'insert into program_settings (merchant_id, version, settings, changed_by, created_at) values ($1, $2, $3, $4, $5)',
    [merchantId, next.version, JSON.stringify(next.settings), next.changedBy, next.changedAt],
  );
}

/** Raised in the transaction that saves settings; its row lock makes savers wait for each other. */
export async function raiseSettingsEpoch(tx: Tx): Promise<void> {
  await tx.query('update settings_epoch set epoch = epoch + 1');
}
