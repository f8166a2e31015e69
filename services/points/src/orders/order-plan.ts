import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { ClawbackPolicy, Entry } from '../ledger/book.ts';
import { duePoints, freezeAward, isEarning, type Award } from './award.ts';
import type { OrderFacts, OrderLine } from './order-snapshot.ts';

/** An order as the database holds it. `revision` 0: not there yet. */
export type OrderState = {
  merchantId: number;
  orderId: number;
  revision: number;
  /** Whom the ledger pays; fixed with the first transfer. */
  customerId: number | null;
  facts: OrderFacts;
  award: Award | null;
  duePoints: number;
  /** Points of this order that wait in `pending`. */
  pendingPoints: number;
  /** Points of this order that reached `available`, less what was clawed back or forgiven. */
  availablePoints: number;
  approveAt: Date | null;
};

export type Programme = {
  version: number;
  settings: ProgrammeSettings;
  /** Products that the rules exclude by tag or collection, as of the last look at Shopify. */
  excludedProducts?: ReadonlySet<number>;
};

export type OrderPlan = { state: OrderState; entries: Entry[] };

/** A closed customer was deleted at Shopify: nothing more is earned, and nothing is taken that is not there. */
export type CustomerStanding = 'open' | 'closed';

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * What to post so that the order's points equal what its facts are due: `due − posted`, never more. Pure; the same facts
 * again plan nothing.
 */
export function planOrder(
  before: OrderState,
  facts: OrderFacts,
  programme: Programme,
  now: Date,
  standing: CustomerStanding = 'open',
): OrderPlan {
  const revision = before.revision + 1;
  const customerId = before.award ? before.customerId : (facts.snapshot?.customerId ?? null);
  const award = before.award
    ? withNewLines(before.award, before.facts, facts, programme)
    : standing === 'open'
      ? awardFor(facts, customerId, programme)
      : null;
  const posted = before.pendingPoints + before.availablePoints;
  const wouldBeDue = award && customerId !== null ? duePoints(facts, award) : 0;
  const due = standing === 'open' ? wouldBeDue : Math.min(wouldBeDue, posted);
  const state: OrderState = {
    ...before,
    revision,
    customerId,
    facts,
    award,
    duePoints: due,
    approveAt: before.approveAt ?? (award && approveAt(facts, award)),
  };
  if (customerId === null || !award) return { state: { ...state, award: null, approveAt: null }, entries: [] };

  const delta = due - posted;
  const policy = standing === 'open' ? programme.settings.clawbackPolicy : 'floor';
  const change = { state, customerId, delta, programme, policy };
  const entries = delta > 0 ? credit({ ...change, award, now, isFirst: !before.award }) : debit(change);
  return { state: entries.reduce(applyToState, state), entries };
}

/** Moves what waits in `pending` to `available` once the approval window has ended. */
export function planApproval(before: OrderState, programme: Programme, now: Date): OrderPlan {
  if (before.pendingPoints === 0 || before.customerId === null || !before.award) return { state: before, entries: [] };
  const state = { ...before, revision: before.revision + 1 };
  const entry: Entry = {
    ...common(state, before.customerId, before.pendingPoints),
    kind: 'approve',
    businessKey: `order/${state.orderId}/approve/${state.revision}`,
    actor: 'job',
    ruleVersion: before.award.ruleVersion,
    ...lotDates(before.facts, programme, now),
  };
  return { state: applyToState(state, entry), entries: [entry] };
}

/** Takes back what waits in `pending` of a customer who was deleted; the order is due no more than it has posted. */
export function planDeparture(before: OrderState): OrderPlan {
  if (before.pendingPoints === 0 || before.customerId === null) return { state: before, entries: [] };
  const state = { ...before, revision: before.revision + 1, duePoints: before.availablePoints };
  const entry: Entry = {
    ...common(state, before.customerId, before.pendingPoints),
    ...reverses(state),
    kind: 'void',
    businessKey: `order/${state.orderId}/void/${state.revision}`,
    reason: 'The customer was deleted',
  };
  return { state: applyToState(state, entry), entries: [entry] };
}

function awardFor(facts: OrderFacts, customerId: number | null, programme: Programme): Award | null {
  const { settings, version } = programme;
  if (customerId === null || !settings.isOn || !settings.purchase.isOn) return null;
  if (!isEarning(facts, settings.purchase)) return null;
  const excluded = excludedAmong(facts.snapshot?.lines ?? [], programme);
  const rule = excluding(settings.purchase, excluded);
  const award = freezeAward(facts, { ruleVersion: version, rule, multiplier: '1' });
  return award.lines.some(([, , points]) => points > 0) ? award : null;
}

/** A product that an edit brings in is excluded if it is so then; one that was there already stays as it was measured. */
function withNewLines(award: Award, before: OrderFacts, facts: OrderFacts, programme: Programme): Award {
  if (!programme.excludedProducts) return award;
  const known = new Set(before.snapshot?.lines.map(({ productId }) => productId));
  const added = (facts.snapshot?.lines ?? []).filter(({ productId }) => !known.has(productId));
  return { ...award, rule: excluding(award.rule, excludedAmong(added, programme)) };
}

/** Only products of the order are written into its award: a shop may exclude thousands. */
function excludedAmong(lines: readonly OrderLine[], { excludedProducts }: Programme): number[] {
  if (!excludedProducts) return [];
  const products = lines.flatMap(({ productId }) => (productId === null ? [] : [productId]));
  return [...new Set(products)].filter((id) => excludedProducts.has(id));
}

function excluding<Rule extends { excludedProductIds: number[] }>(rule: Rule, productIds: readonly number[]): Rule {
  const added = productIds.filter((id) => !rule.excludedProductIds.includes(id));
  return added.length === 0 ? rule : { ...rule, excludedProductIds: [...rule.excludedProductIds, ...added] };
}

function approveAt(facts: OrderFacts, award: Award): Date | null {
  if (award.rule.approvalDays === 0 || !facts.snapshot) return null;
  return new Date(Date.parse(facts.snapshot.createdAt) + award.rule.approvalDays * dayMs);
}

type Change = {
  state: OrderState;
  customerId: number;
  delta: number;
  programme: Programme;
  policy: ClawbackPolicy;
};
type Credit = Change & { award: Award; now: Date; isFirst: boolean };

function credit({ state, customerId, award, delta, now, programme, isFirst }: Credit): Entry[] {
  const entry = {
    ...common(state, customerId, delta),
    kind: 'earn' as const,
    businessKey: isFirst ? `order/${state.orderId}/earn` : `order/${state.orderId}/earn/${state.revision}`,
    ruleVersion: award.ruleVersion,
  };
  if (state.approveAt && state.approveAt > now) return [{ ...entry, to: 'pending' }];
  return [{ ...entry, to: 'available', ...lotDates(state.facts, programme, now) }];
}

function debit({ state, customerId, delta, policy }: Change): Entry[] {
  const voided = Math.min(state.pendingPoints, -delta);
  const clawedBack = -delta - voided;
  const entries: Entry[] = [];
  if (voided > 0) {
    const businessKey = `order/${state.orderId}/void/${state.revision}`;
    entries.push({ ...common(state, customerId, voided), ...reverses(state), kind: 'void', businessKey });
  }
  if (clawedBack > 0) {
    const businessKey = `order/${state.orderId}/clawback/${state.revision}`;
    entries.push({
      ...common(state, customerId, clawedBack),
      ...reverses(state),
      kind: 'clawback',
      businessKey,
      policy,
    });
  }
  return entries;
}

function common(state: OrderState, customerId: number, points: number) {
  return { customerId, points, orderId: state.orderId, actor: 'shopify' };
}

function reverses(state: OrderState): { reversesTransferId?: number } {
  return state.award?.transferId === undefined ? {} : { reversesTransferId: state.award.transferId };
}

/** Points count as earned when the order was placed; they last from the moment they can be spent. */
function lotDates(facts: OrderFacts, programme: Programme, now: Date): { earnedAt: Date; expiresAt: Date | null } {
  const earnedAt = facts.snapshot ? new Date(facts.snapshot.createdAt) : now;
  return { earnedAt, expiresAt: addMonths(now, programme.settings.expiry.afterMonths) };
}

/** The same day `months` later in UTC, or the month's last day where that day does not exist; `null` stays `null`. */
export function addMonths(from: Date, months: number | null): Date | null {
  if (months === null) return null;
  const date = new Date(from);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date;
}

function applyToState(state: OrderState, entry: Entry): OrderState {
  switch (entry.kind) {
    case 'earn':
      return entry.to === 'pending'
        ? { ...state, pendingPoints: state.pendingPoints + entry.points }
        : { ...state, availablePoints: state.availablePoints + entry.points };
    case 'approve':
      return { ...state, pendingPoints: 0, availablePoints: state.availablePoints + entry.points };
    case 'void':
      return { ...state, pendingPoints: state.pendingPoints - entry.points };
    case 'clawback':
      return { ...state, availablePoints: state.availablePoints - entry.points };
    default:
      return state;
  }
}
