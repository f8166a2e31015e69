import { jsonArray, numberArray } from '@loyalnest/platform/database/arrays';
import type { Tx } from '@loyalnest/platform/database/database';
import type { Checked, Difference, DifferenceCounts, Findings } from './findings.ts';

/** Differences kept of one merchant's proof; the command lists them all. */
const differencesKept = 100;

/** Keeps what was found of each merchant. A second proof on one day replaces the first. */
export async function saveProofs(tx: Tx, findings: Findings, now: Date): Promise<void> {
  const proofs = [...findings.byMerchant()];
  await tx.query(
    `insert into ledger_proofs
       (proved_on, proved_at, merchant_id, is_ok, checked, differences, difference_counts)
     select ($1::timestamptz at time zone 'UTC')::date, $1::timestamptz, *
     from unnest($2::bigint[], $3::boolean[], $4::jsonb[], $5::jsonb[], $6::jsonb[])
     on conflict (merchant_id, proved_on) do update set
       proved_at = excluded.proved_at, is_ok = excluded.is_ok, checked = excluded.checked,
       differences = excluded.differences, difference_counts = excluded.difference_counts`,
    [
      now,
      numberArray(proofs.map(([merchantId]) => merchantId)),
      proofs.map(([, { ok }]) => ok),
      jsonArray(proofs.map(([, { checked }]) => checked)),
      jsonArray(proofs.map(([, { differences }]) => differences.slice(0, differencesKept))),
      jsonArray(proofs.map(([merchantId]) => findings.differenceCounts(merchantId))),
    ],
  );
}

export type KeptProof = {
  ok: boolean;
  provedAt: Date;
  checked: Checked;
  /** The first of them. */
  differences: Difference[];
  counts: DifferenceCounts;
};

type ProofRow = {
  is_ok: boolean;
  proved_at: Date;
  checked: Checked;
  differences: Difference[];
  difference_counts: DifferenceCounts;
};

/** The last proof that was kept of a merchant. Relies on the primary key. */
export async function findLastProof(tx: Tx, merchantId: number): Promise<KeptProof | undefined> {
  const [row] = await tx.query<ProofRow>(
    `select is_ok, proved_at, checked, differences, difference_counts
     from ledger_proofs
     where merchant_id = $1
     order by proved_on desc
     limit 1`,
    [merchantId],
  );
  if (!row) return undefined;
  const { is_ok: ok, proved_at: provedAt, checked, differences, difference_counts: counts } = row;
  return { ok, provedAt, checked, differences, counts };
}

/** Whether no other transaction proves this merchant; until the one at hand ends, none will. */
export async function claimProof(tx: Tx, merchantId: number): Promise<boolean> {
  const [row] = await tx.query<{ is_mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('points.verify-ledger/' || $1::bigint, 0)) as is_mine`,
    [merchantId],
  );
  return row?.is_mine === true;
}
