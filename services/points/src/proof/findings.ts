export const checks = [
  'balances',
  'trial-balance',
  'lots',
  'redemptions',
  'orders',
  'business-keys',
  'partitions',
  'events',
] as const;

export type Check = (typeof checks)[number];

/** Something that is not as it must be, in words. Names rows by their ids and nobody by name. */
export type Difference = { check: Check; merchantId: number; difference: string };

/** How much was looked at. */
export type Checked = {
  merchants: number;
  customers: number;
  transfers: number;
  lots: number;
  redemptions: number;
  orders: number;
  businessKeys: number;
  events: number;
};

export type Proof = { ok: boolean; checked: Checked; differences: Difference[] };

/** A ledger that differs everywhere differs for one reason; this many examples show it and still fit in memory. */
export const differencesMax = 1_000;

export const nothingChecked: Checked = {
  merchants: 0,
  customers: 0,
  transfers: 0,
  lots: 0,
  redemptions: 0,
  orders: 0,
  businessKeys: 0,
  events: 0,
};

/** What each check counts as looked at. */
export const lookedAt: Readonly<Record<Check, keyof Checked>> = {
  balances: 'customers',
  'trial-balance': 'transfers',
  lots: 'lots',
  redemptions: 'redemptions',
  orders: 'orders',
  'business-keys': 'businessKeys',
  partitions: 'transfers',
  events: 'events',
};

/** How many differences each check found; a check that found none is absent. */
export type DifferenceCounts = Partial<Record<Check, number>>;

/** What the checks of one run have counted and found, by merchant. */
export class Findings {
  readonly #proofs = new Map<number, Proof>();
  readonly #counts = new Map<number, DifferenceCounts>();
  #differences = 0;

  constructor(merchantIds: readonly number[]) {
    for (const merchantId of merchantIds) {
      this.#proofs.set(merchantId, { ok: true, checked: { ...nothingChecked, merchants: 1 }, differences: [] });
    }
  }

  /** Takes in a merchant that only other services may have heard of. */
  include(merchantId: number): void {
    if (this.#proofs.has(merchantId)) return;
    this.#proofs.set(merchantId, { ok: true, checked: { ...nothingChecked }, differences: [] });
  }

  count(what: keyof Checked, merchantId: number, amount = 1): void {
    this.#of(merchantId).checked[what] += amount;
  }

  differ(check: Check, merchantId: number, difference: string): void {
    const proof = this.#of(merchantId);
    proof.ok = false;
    const counts = this.differenceCounts(merchantId);
    this.#counts.set(merchantId, { ...counts, [check]: (counts[check] ?? 0) + 1 });
    this.#differences += 1;
    if (this.#differences <= differencesMax) proof.differences.push({ check, merchantId, difference });
  }

  byMerchant(): ReadonlyMap<number, Proof> {
    return this.#proofs;
  }

  /** Also of those that are too many to be listed. */
  differenceCounts(merchantId: number): DifferenceCounts {
    return this.#counts.get(merchantId) ?? {};
  }

  total(): Proof {
    const total: Proof = { ok: true, checked: { ...nothingChecked }, differences: [] };
    for (const proof of this.#proofs.values()) {
      total.ok &&= proof.ok;
      total.differences.push(...proof.differences);
      for (const what of Object.keys(nothingChecked) as (keyof Checked)[]) total.checked[what] += proof.checked[what];
    }
    return total;
  }

  #of(merchantId: number): Proof {
    const proof = this.#proofs.get(merchantId);
    if (!proof) throw new Error(`merchant ${merchantId} is not part of this proof`);
    return proof;
  }
}
