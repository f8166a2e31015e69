import { currencyExponent } from '@loyalnest/contracts/money';
import type { PurchaseRule } from '@loyalnest/contracts/programme';
import type { OrderFacts, OrderLine, OrderSnapshot, Refund } from './order-snapshot.ts';

/**
 * What one order is due under the rule as it stood when it was first applied. Frozen with the order's first transfer:
 * later snapshots are measured by this, whatever the merchant changes meanwhile.
 */
export type Award = {
  ruleVersion: number;
  rule: Omit<PurchaseRule, 'isOn'>;
  /** Product of all multipliers that held at the time, an exact decimal. */
  multiplier: string;
  /** Eligible minor units and points per line when the award was frozen. `0` is the shipping line. */
  lines: [lineId: number, eligibleMinor: number, points: number][];
  /** The first transfer: what a clawback or void names as the one it reverses. */
  transferId?: number;
};

export type Eligible = { lineId: number; minor: number };

/** Statuses of a payment that has been made, in part given back or not. */
const paidStatuses = new Set(['paid', 'partially_refunded', 'refunded']);

/** Whether an order is in a state in which it earns under the rule. */
export function isEarning(facts: OrderFacts, rule: Pick<PurchaseRule, 'earnsWhen'>): boolean {
  const { snapshot } = facts;
  if (!snapshot || isDead(facts)) return false;
  if (rule.earnsWhen === 'paid') return paidStatuses.has(snapshot.financialStatus);
  return rule.earnsWhen === 'created' || snapshot.isFulfilled;
}

/** Cancelled, voided and test orders are due nothing, whatever was frozen before. */
export function isDead(facts: OrderFacts): boolean {
  const { snapshot } = facts;
  return (
    !snapshot ||
    snapshot.isTest ||
    facts.cancelledAt !== null ||
    ['voided', 'expired'].includes(snapshot.financialStatus)
  );
}

/** Points an order is due in its present state. Exact: one rounding, at the end. */
export function duePoints(facts: OrderFacts, award: Pick<Award, 'rule' | 'multiplier'>): number {
  if (isDead(facts) || !facts.snapshot) return 0;
  const { rule, multiplier } = award;
  if (facts.snapshot.wasGuest && !rule.guestsMayClaim) return 0;
  const paid = paidShare(facts.snapshot);
  const eligible = sum(eligibleLines(facts, rule));
  if (rule.kind === 'fixed') return dueFixed(facts, award, eligible);
  const [rate, rateScale] = parseDecimal(rule.rate);
  const [factor, factorScale] = parseDecimal(multiplier);
  const exponent = currencyExponent(facts.snapshot.currency);
  return divide(
    BigInt(eligible) * rate * factor * BigInt(paid.minor),
    10n ** BigInt(exponent) * rateScale * factorScale * BigInt(paid.ofMinor),
    rule.rounding,
  );
}

/** A fixed award shrinks with what is left of the order, and is gone with its last piece. */
function dueFixed(facts: OrderFacts, award: Pick<Award, 'rule' | 'multiplier'>, eligible: number): number {
  const original = sum(eligibleLines({ ...facts, refunds: {}, snapshot: unedited(facts.snapshot) }, award.rule));
  if (original === 0 || !facts.snapshot) return 0;
  const paid = paidShare(facts.snapshot);
  const [factor, factorScale] = parseDecimal(award.multiplier);
  return divide(
    BigInt(award.rule.fixedPoints) * factor * BigInt(eligible) * BigInt(paid.minor),
    factorScale * BigInt(original) * BigInt(paid.ofMinor),
    award.rule.rounding,
  );
}

function unedited(snapshot: OrderSnapshot | null): OrderSnapshot | null {
  return (
    snapshot && { ...snapshot, lines: snapshot.lines.map((line) => ({ ...line, currentQuantity: line.quantity })) }
  );
}

/**
 * The part of the order that money paid: gift cards were bought with money that earned before. While a gift card's amount
 * is unknown the order waits with nothing.
 */
function paidShare(snapshot: OrderSnapshot): { minor: number; ofMinor: number } {
  const total = snapshot.totalMinor;
  const giftCard = giftCardPaid(snapshot);
  if (giftCard === 0 || total <= 0) return { minor: 1, ofMinor: 1 };
  return { minor: Math.max(0, total - giftCard), ofMinor: total };
}

function giftCardPaid(snapshot: OrderSnapshot): number {
  if (!snapshot.gateways.includes('gift_card')) return 0;
  return snapshot.giftCardMinor ?? snapshot.totalMinor;
}

/** Minor units per line that earn: after discounts, less what was refunded or edited away. */
export function eligibleLines(
  facts: OrderFacts,
  rule: Pick<PurchaseRule, 'counts' | 'excludedProductIds'>,
): Eligible[] {
  const { snapshot } = facts;
  if (!snapshot) return [];
  const refunds = Object.values(facts.refunds);
  const lines = snapshot.lines.map((line) => ({
    lineId: line.id,
    minor: lineMinor(line, { snapshot, refunds, rule }),
  }));
  if (rule.counts.shipping) lines.push({ lineId: 0, minor: shippingMinor(snapshot, refunds, rule) });
  return lessProportionally(lines, refundedBeyondLines(refunds, snapshot));
}

type LineContext = {
  snapshot: OrderSnapshot;
  refunds: readonly Refund[];
  rule: Pick<PurchaseRule, 'counts' | 'excludedProductIds'>;
};

function lineMinor(line: OrderLine, { snapshot, refunds, rule }: LineContext): number {
  if (line.isGiftCard) return 0;
  if (line.productId !== null && rule.excludedProductIds.includes(line.productId)) return 0;
  const gross = line.priceMinor * line.quantity;
  if (!Number.isSafeInteger(gross)) throw new RangeError('a line costs more than a ledger can count');
  const net = gross - (rule.counts.discountedPart ? 0 : line.discountMinor);
  const whole = Math.max(0, net + taxChange(line.taxMinor, snapshot, rule));

  let refundedQuantity = 0;
  let refundedMinor = 0;
  for (const refund of refunds) {
    for (const refunded of refund.lines) {
      if (refunded.lineId !== line.id) continue;
      refundedQuantity += refunded.quantity;
      refundedMinor += refunded.subtotalMinor + taxChange(refunded.taxMinor, snapshot, rule);
    }
  }
  if (refundedQuantity >= line.quantity) return 0;
  // A refund gives back what was paid; the discounted part that counted goes with it.
  if (rule.counts.discountedPart) refundedMinor += proportion(line.discountMinor, refundedQuantity, line.quantity);
  const kept = proportion(whole, line.quantity - editedAway(line, refundedQuantity), line.quantity);
  return Math.max(0, kept - refundedMinor);
}

/** What to add to an amount so that it holds tax exactly if the rule counts tax. */
function taxChange(taxMinor: number, snapshot: OrderSnapshot, rule: Pick<PurchaseRule, 'counts'>): number {
  if (rule.counts.tax === snapshot.taxesIncluded) return 0;
  return rule.counts.tax ? taxMinor : -taxMinor;
}

function shippingMinor(
  snapshot: OrderSnapshot,
  refunds: readonly Refund[],
  rule: Pick<PurchaseRule, 'counts'>,
): number {
  const refunded = refunds.reduce((total, refund) => total + refund.shippingMinor, 0);
  return Math.max(0, snapshot.shippingMinor + taxChange(snapshot.shippingTaxMinor, snapshot, rule) - refunded);
}

/**
 * Money given back beyond what was taken out of the order: goodwill, or an amount typed in by hand. Over all refunds
 * together, because Shopify pays for pieces that an edit removed in a refund of its own, which names no lines.
 */
function refundedBeyondLines(refunds: readonly Refund[], snapshot: OrderSnapshot): number {
  const taxOnTop = (taxMinor: number) => (snapshot.taxesIncluded ? 0 : taxMinor);
  let beyond = 0;
  const returned = new Map<number, number>();
  for (const refund of refunds) {
    beyond += refund.totalMinor - refund.shippingMinor;
    for (const line of refund.lines) {
      beyond -= line.subtotalMinor + taxOnTop(line.taxMinor);
      returned.set(line.lineId, (returned.get(line.lineId) ?? 0) + line.quantity);
    }
  }
  if (beyond <= 0) return 0;
  for (const line of snapshot.lines) {
    const removed = editedAway(line, returned.get(line.id) ?? 0);
    const paid = line.priceMinor * line.quantity - line.discountMinor + taxOnTop(line.taxMinor);
    if (removed > 0) beyond -= proportion(paid, removed, line.quantity);
  }
  return Math.max(0, beyond);
}

/** Pieces that an edit took out of a line, beside those that were returned. */
function editedAway({ quantity, currentQuantity }: OrderLine, returnedQuantity: number): number {
  return Math.max(0, quantity - currentQuantity - returnedQuantity);
}

function lessProportionally(lines: Eligible[], deductionMinor: number): Eligible[] {
  if (deductionMinor === 0) return lines;
  const total = sum(lines);
  const left = Math.max(0, total - deductionMinor);
  const shares = allocate(
    left,
    lines.map((line) => line.minor),
  );
  return lines.map((line, index) => ({ lineId: line.lineId, minor: shares[index] ?? 0 }));
}

/**
 * Splits `total` over weights by largest remainder: whole shares that sum to exactly `total`. Among equal remainders the
 * earlier one gets the unit. All weights 0 gives all shares 0.
 */
export function allocate(total: number, weights: readonly number[]): number[] {
  const weightSum = weights.reduce((a, b) => a + b, 0);
  if (weightSum === 0 || total === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(total) * BigInt(weight));
  const shares = exact.map((value) => Number(value / BigInt(weightSum)));
  const remainders = exact.map((value, index) => ({ index, rest: value % BigInt(weightSum) }));
  remainders.sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  const missing = total - shares.reduce((a, b) => a + b, 0);
  for (const { index } of remainders.slice(0, missing)) shares[index] = (shares[index] ?? 0) + 1;
  return shares;
}

/** Freezes the award: the rule, its version, and what each line brought. */
export function freezeAward(
  facts: OrderFacts,
  terms: { ruleVersion: number; rule: PurchaseRule; multiplier: string },
): Award {
  const { isOn: _, ...rule } = terms.rule;
  const award = { ruleVersion: terms.ruleVersion, rule, multiplier: terms.multiplier };
  const lines = eligibleLines(facts, rule);
  const points = allocate(
    duePoints(facts, award),
    lines.map((line) => line.minor),
  );
  return { ...award, lines: lines.map((line, index) => [line.lineId, line.minor, points[index] ?? 0]) };
}

function sum(lines: readonly Eligible[]): number {
  return lines.reduce((total, line) => total + line.minor, 0);
}

function proportion(amount: number, part: number, whole: number): number {
  return part === whole ? amount : Number((BigInt(amount) * BigInt(part)) / BigInt(whole));
}

/** An exact decimal as numerator and scale: "0.25" is 25 over 100. */
function parseDecimal(text: string): [numerator: bigint, scale: bigint] {
  const [whole = '0', fraction = ''] = text.split('.');
  return [BigInt(whole + fraction), 10n ** BigInt(fraction.length)];
}

function divide(numerator: bigint, denominator: bigint, rounding: PurchaseRule['rounding']): number {
  const bump = { down: 0n, nearest: denominator / 2n, up: denominator - 1n }[rounding];
  const result = Number((numerator + bump) / denominator);
  if (!Number.isSafeInteger(result)) throw new RangeError('points exceed what a ledger can hold');
  return result;
}
