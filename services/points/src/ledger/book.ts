import { returnToLots, takeFromLots } from './lots.ts';
import type { Account, Balance, Lot, LotShare, Transfer, TransferKind } from './transfer.ts';

/** What a clawback does when `available` does not suffice: go below zero, or stop at zero and record the shortfall. */
export type ClawbackPolicy = 'negative' | 'floor';

type Common = {
  customerId: number;
  points: number;
  businessKey: string;
  actor: string;
  orderId?: number;
  redemptionId?: number;
  reversesTransferId?: number;
  ruleVersion?: number;
  reason?: string;
};

type Credit = Common & { earnedAt: Date; expiresAt: Date | null };

/** One transfer somebody wants, before it is known whether the balance allows it. */
export type Entry =
  | (Common & { kind: 'earn'; to: 'pending' })
  | (Credit & { kind: 'earn'; to: 'available' })
  | (Credit & { kind: 'approve' })
  | (Common & { kind: 'void' })
  | (Common & { kind: 'clawback'; policy: ClawbackPolicy })
  | (Common & { kind: 'hold' })
  | (Common & { kind: 'capture' })
  | (Common & { kind: 'release' | 'restore'; shares: readonly LotShare[] })
  | (Common & { kind: 'expire'; lotId: number })
  | (Credit & { kind: 'adjust'; direction: 'credit' })
  | (Common & { kind: 'adjust'; direction: 'debit' })
  | (Credit & { kind: 'migrate'; direction: 'credit' })
  | (Common & { kind: 'migrate'; direction: 'debit' });

export type PostOutcome = { outcome: 'posted'; transfer: Transfer } | { outcome: 'insufficient'; available: number };

/** Whether posting the entry must know the customer's lots beforehand. */
export function touchesLots(entry: Entry): boolean {
  switch (entry.kind) {
    case 'clawback':
    case 'hold':
    case 'release':
    case 'restore':
    case 'expire':
      return true;
    case 'adjust':
    case 'migrate':
      return entry.direction === 'debit';
    default:
      return false;
  }
}

type CustomerPage = { before: Balance; now: Balance; lots: Lot[]; lotsBefore: ReadonlyMap<number, Lot> };

/** What the database has to take over: everything the book changed, and nothing else. */
export type Posting = {
  transfers: Transfer[];
  newLots: (Lot & { customerId: number })[];
  changedLots: (Lot & { customerId: number })[];
  balanceChanges: ({ customerId: number } & Balance)[];
};

/**
 * The accounts of one merchant's customers in memory, while a transaction holds their rows. Pure: entries go in, transfers
 * and the resulting balances and lots come out. Lots sum to `available` whenever that is positive.
 */
export class Book {
  readonly #merchantId: number;
  readonly #now: Date;
  readonly #nextId: () => number;
  readonly #pages = new Map<number, CustomerPage>();
  readonly #transfers: Transfer[] = [];

  constructor(options: { merchantId: number; now: Date; nextTransferId: () => number }) {
    this.#merchantId = options.merchantId;
    this.#now = options.now;
    this.#nextId = options.nextTransferId;
  }

  /** Opens a customer's page with the balance and lots the database holds. */
  open(customerId: number, balance: Balance, lots: readonly Lot[] = []): void {
    this.#pages.set(customerId, {
      before: { ...balance },
      now: { ...balance },
      lots: lots.map((lot) => ({ ...lot })),
      lotsBefore: new Map(lots.map((lot) => [lot.lotId, { ...lot }])),
    });
  }

  balance(customerId: number): Readonly<Balance> {
    return this.#page(customerId).now;
  }

  lots(customerId: number): readonly Lot[] {
    return this.#page(customerId).lots;
  }

  post(entry: Entry): PostOutcome {
    assertPoints(entry.points);
    const page = this.#page(entry.customerId);
    switch (entry.kind) {
      case 'earn':
        return entry.to === 'pending' ? this.#move(entry, 'issued', 'pending') : this.#credit(entry, 'issued', entry);
      case 'approve':
        return this.#credit(entry, 'pending', entry);
      case 'void':
        return this.#move(entry, 'pending', 'revoked');
      case 'clawback':
        return this.#clawback(entry, page);
      case 'hold':
        return this.#debit(entry, 'held');
      case 'capture':
        return this.#move(entry, 'held', 'redeemed');
      case 'release':
        return this.#giveBack(entry, 'held', page);
      case 'restore':
        return this.#giveBack(entry, 'redeemed', page);
      case 'expire':
        return this.#expire(entry, page);
      case 'adjust':
        return entry.direction === 'credit' ? this.#credit(entry, 'adjusted', entry) : this.#debit(entry, 'adjusted');
      case 'migrate':
        return entry.direction === 'credit' ? this.#credit(entry, 'migrated', entry) : this.#debit(entry, 'migrated');
    }
  }

  posting(): Posting {
    const posting: Posting = { transfers: this.#transfers, newLots: [], changedLots: [], balanceChanges: [] };
    for (const [customerId, page] of this.#pages) {
      const change = {
        pending: page.now.pending - page.before.pending,
        available: page.now.available - page.before.available,
        held: page.now.held - page.before.held,
      };
      if (change.pending || change.available || change.held) posting.balanceChanges.push({ customerId, ...change });
      for (const lot of page.lots) {
        const before = page.lotsBefore.get(lot.lotId);
        if (!before) posting.newLots.push({ ...lot, customerId });
        else if (!isSameLot(before, lot)) posting.changedLots.push({ ...lot, customerId });
      }
    }
    return posting;
  }

  #credit(entry: Common & { kind: TransferKind }, from: Account, dates: { earnedAt: Date; expiresAt: Date | null }) {
    const page = this.#page(entry.customerId);
    const posted = this.#move(entry, from, 'available');
    const remaining = Math.max(0, Math.min(entry.points, page.now.available));
    page.lots.push({
      lotId: posted.transfer.transferId,
      points: entry.points,
      remaining,
      earnedAt: dates.earnedAt,
      expiresAt: dates.expiresAt,
    });
    return posted;
  }

  #debit(entry: Common & { kind: TransferKind }, to: Account): PostOutcome {
    const page = this.#page(entry.customerId);
    if (page.now.available < entry.points) return { outcome: 'insufficient', available: page.now.available };
    return this.#move(entry, 'available', to, { lots: takeFromLots(page.lots, entry.points) });
  }

  #clawback(entry: Common & { kind: 'clawback'; policy: ClawbackPolicy }, page: CustomerPage): PostOutcome {
    const found = entry.policy === 'negative' ? entry.points : Math.min(entry.points, Math.max(0, page.now.available));
    const lots = takeFromLots(page.lots, found);
    return this.#move({ ...entry, points: found }, 'available', 'revoked', { lots, shortfall: entry.points - found });
  }

  #giveBack(
    entry: Common & { kind: 'release' | 'restore'; shares: readonly LotShare[] },
    from: Account,
    page: CustomerPage,
  ): PostOutcome {
    assertSum(entry.shares, entry.points);
    returnToLots(page.lots, entry.shares, { debt: Math.max(0, -page.now.available), now: this.#now });
    return this.#move(entry, from, 'available', { lots: entry.shares });
  }

  #expire(entry: Common & { kind: 'expire'; lotId: number }, page: CustomerPage): PostOutcome {
    const lot = page.lots.find((candidate) => candidate.lotId === entry.lotId);
    if (!lot || lot.remaining < entry.points) return { outcome: 'insufficient', available: lot?.remaining ?? 0 };
    lot.remaining -= entry.points;
    return this.#move(entry, 'available', 'expired', { lots: [[lot.lotId, entry.points]] });
  }

  #move(
    entry: Common & { kind: TransferKind },
    from: Account,
    to: Account,
    extra: { lots?: readonly LotShare[]; shortfall?: number } = {},
  ): { outcome: 'posted'; transfer: Transfer } {
    const { now } = this.#page(entry.customerId);
    if (isOfCustomer(from)) now[from] -= entry.points;
    if (isOfCustomer(to)) now[to] += entry.points;
    if (now.pending < 0 || now.held < 0) throw new Error(`${entry.kind} would leave ${from} below zero`);
    const transfer: Transfer = {
      merchantId: this.#merchantId,
      transferId: this.#nextId(),
      customerId: entry.customerId,
      kind: entry.kind,
      from,
      to,
      points: entry.points,
      shortfall: extra.shortfall ?? 0,
      businessKey: entry.businessKey,
      orderId: entry.orderId ?? null,
      redemptionId: entry.redemptionId ?? null,
      reversesTransferId: entry.reversesTransferId ?? null,
      ruleVersion: entry.ruleVersion ?? null,
      lots: extra.lots && extra.lots.length > 0 ? extra.lots : null,
      reason: entry.reason ?? null,
      actor: entry.actor,
    };
    this.#transfers.push(transfer);
    return { outcome: 'posted', transfer };
  }

  #page(customerId: number): CustomerPage {
    const page = this.#pages.get(customerId);
    if (!page) throw new Error(`customer ${customerId} is not open in this book`);
    return page;
  }
}

function isOfCustomer(account: Account): account is keyof Balance {
  return account === 'pending' || account === 'available' || account === 'held';
}

function isSameLot(a: Lot, b: Lot): boolean {
  return a.remaining === b.remaining && a.expiresAt?.getTime() === b.expiresAt?.getTime();
}

function assertPoints(points: number): void {
  if (!Number.isSafeInteger(points) || points <= 0) throw new RangeError('points must be a positive whole number');
}

function assertSum(shares: readonly LotShare[], points: number): void {
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (sum !== points) throw new Error('a reversal must give back exactly what its lots say');
}
