/** Accounts of a customer. */
export type CustomerAccount = 'pending' | 'available' | 'held';
/** Accounts of a programme. */
export type ProgrammeAccount = 'issued' | 'redeemed' | 'expired' | 'revoked' | 'adjusted' | 'migrated';
export type Account = CustomerAccount | ProgrammeAccount;

export type TransferKind =
  | 'earn'
  | 'approve'
  | 'void'
  | 'clawback'
  | 'hold'
  | 'capture'
  | 'release'
  | 'restore'
  | 'expire'
  | 'adjust'
  | 'migrate';

/** How many points a debit took from which lot, in the order they were taken. */
export type LotShare = readonly [lotId: number, points: number];

/** One row of the ledger: `points` moved from one account to another, once, for the reason `businessKey` names. */
export type Transfer = {
  merchantId: number;
  transferId: number;
  customerId: number;
  kind: TransferKind;
  from: Account;
  to: Account;
  points: number;
  /** Points a clawback under policy `floor` could not find. */
  shortfall: number;
  businessKey: string;
  orderId: number | null;
  redemptionId: number | null;
  reversesTransferId: number | null;
  ruleVersion: number | null;
  lots: readonly LotShare[] | null;
  reason: string | null;
  /** Who caused it: `shopify`, `job`, `customer`, `staff:<id>`, `api:<id>`. */
  actor: string;
};

/** The points one credit put into `available`. Its id is that of the transfer that made it. */
export type Lot = {
  lotId: number;
  points: number;
  remaining: number;
  earnedAt: Date;
  expiresAt: Date | null;
};

export type Balance = { pending: number; available: number; held: number };
