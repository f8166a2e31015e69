import type { ProgrammeSettings, PurchaseRule } from '@loyalnest/contracts/programme';
import { readDecimal, writeDecimal } from '../../i18n/decimal.ts';

/** Settings while somebody edits them: a field may be empty or hold what is no number yet. */
export type Draft = {
  isOn: boolean;
  purchase: Omit<PurchaseRule, 'rate' | 'fixedPoints' | 'approvalDays' | 'excludedProductIds'> & {
    rate: string;
    fixedPoints: number | null;
    approvalDays: number | null;
    /** Ids as typed: separated by blanks, commas or lines. */
    excludedProductIds: string;
  };
  signup: { isOn: boolean; points: number | null };
  expiry: { isOn: boolean; afterMonths: number | null };
  clawbackPolicy: ProgrammeSettings['clawbackPolicy'];
  pointsName: ProgrammeSettings['pointsName'];
};

/** What is wrong with a field; the texts are `settings.issues.*`. */
export type Issue =
  | 'required'
  | 'decimal'
  | 'pointsRange'
  | 'daysRange'
  | 'monthsRange'
  | 'productIds'
  | 'tooManyProducts'
  | 'nameLength'
  | 'server';
/** By the path that the server uses for the same field, such as `purchase.rate`. */
export type Issues = Readonly<Record<string, Issue>>;

export const pointsMax = 1_000_000_000;
export const approvalDaysMax = 365;
export const expiryMonthsMax = 120;
export const excludedProductsMax = 1_000;
export const nameLengthMax = 40;
/** What a merchant who lets points expire for the first time is offered. */
const expiryMonthsDefault = 12;

export function toDraft(settings: ProgrammeSettings, locale: string): Draft {
  const { purchase, expiry } = settings;
  return {
    ...settings,
    purchase: {
      ...purchase,
      rate: writeDecimal(purchase.rate, locale),
      excludedProductIds: purchase.excludedProductIds.join(', '),
    },
    expiry: { isOn: expiry.afterMonths !== null, afterMonths: expiry.afterMonths ?? expiryMonthsDefault },
  };
}

export type DraftResult = { outcome: 'settings'; settings: ProgrammeSettings } | { outcome: 'issues'; issues: Issues };

/** The settings that a draft means, or what is wrong with it. The same limits as the server's, in the merchant's language. */
export function fromDraft(draft: Draft, locale: string): DraftResult {
  const { purchase, signup, expiry } = draft;
  const rate = readDecimal(purchase.rate, locale);
  const productIds = readProductIds(purchase.excludedProductIds);
  const months = expiry.isOn ? expiry.afterMonths : null;
  const found: Record<string, Issue | undefined> = {
    'purchase.rate': purchase.rate.trim() === '' ? 'required' : isRate(rate) ? undefined : 'decimal',
    'purchase.fixedPoints': rangeIssue(purchase.fixedPoints, 0, pointsMax, 'pointsRange'),
    'purchase.approvalDays': rangeIssue(purchase.approvalDays, 0, approvalDaysMax, 'daysRange'),
    'purchase.excludedProductIds': productIdsIssue(productIds),
    'signup.points': rangeIssue(signup.points, 0, pointsMax, 'pointsRange'),
    'expiry.afterMonths': expiry.isOn ? rangeIssue(months, 1, expiryMonthsMax, 'monthsRange') : undefined,
    ...pointsNameIssues(draft.pointsName),
  };
  const issues = Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, Issue] => entry[1] !== undefined),
  );
  if (Object.keys(issues).length > 0) return { outcome: 'issues', issues };
  return {
    outcome: 'settings',
    settings: {
      isOn: draft.isOn,
      pointsName: draft.pointsName,
      purchase: {
        ...purchase,
        rate: rate ?? '0',
        fixedPoints: purchase.fixedPoints ?? 0,
        approvalDays: purchase.approvalDays ?? 0,
        excludedProductIds: productIds ?? [],
      },
      signup: { isOn: signup.isOn, points: signup.points ?? 0 },
      expiry: { afterMonths: months },
      clawbackPolicy: draft.clawbackPolicy,
    },
  };
}

/** Up to nine digits before the point and six after it, as the server takes them. */
function isRate(rate: string | undefined): boolean {
  return rate !== undefined && /^\d{1,9}(\.\d{1,6})?$/.test(rate);
}

function rangeIssue(value: number | null, min: number, max: number, issue: Issue): Issue | undefined {
  if (value === null) return 'required';
  return Number.isInteger(value) && value >= min && value <= max ? undefined : issue;
}

function readProductIds(text: string): number[] | undefined {
  const words = text.split(/[\s,;،、]+/).filter((word) => word !== '');
  // Shopify's address of a product ends in its id; people paste either.
  const ids = words.map((word) => Number(/^(?:.*\/products\/|gid:.*\/)?(\d{1,16})$/i.exec(word)?.[1] ?? Number.NaN));
  return ids.every((id) => Number.isSafeInteger(id) && id > 0) ? [...new Set(ids)] : undefined;
}

function productIdsIssue(ids: number[] | undefined): Issue | undefined {
  if (!ids) return 'productIds';
  return ids.length > excludedProductsMax ? 'tooManyProducts' : undefined;
}

function pointsNameIssues(pointsName: Draft['pointsName']): Record<string, Issue> {
  const issues: Record<string, Issue> = {};
  for (const [language, forms] of Object.entries(pointsName)) {
    for (const [form, word] of Object.entries(forms)) {
      if (word === undefined) continue;
      const path = `pointsName.${language}.${form}`;
      if (word.trim() === '') issues[path] = 'required';
      else if (word.length > nameLengthMax) issues[path] = 'nameLength';
    }
  }
  return issues;
}

/** What the server objects to, by field; what belongs to no field stays with the message as a whole. */
export function serverIssues(details: Readonly<Record<string, unknown>>): Readonly<Record<string, 'server'>> {
  const issues = Array.isArray(details['issues']) ? (details['issues'] as { path?: unknown }[]) : [];
  const paths = issues.flatMap(({ path }) => (typeof path === 'string' ? [path.replace(/^settings\./, '')] : []));
  return Object.fromEntries(
    paths.map((path) => [path.replace(/^(purchase\.excludedProductIds)\..*/, '$1'), 'server' as const]),
  );
}
