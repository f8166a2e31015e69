import type { ProgrammeSettings, PurchaseRule } from '@loyalnest/contracts/programme';
import { readDecimal, writeDecimal } from '../../i18n/decimal.ts';

/** Lists as typed: ids separated by blanks, commas or lines, tags by commas or lines. */
type Exclusions = { excludedProductIds: string; excludedTags: string; excludedCollectionIds: string };

/** Settings while somebody edits them: a field may be empty or hold what is no number yet. */
export type Draft = {
  isOn: boolean;
  purchase: Omit<PurchaseRule, 'rate' | 'fixedPoints' | 'approvalDays' | keyof Exclusions> & {
    rate: string;
    fixedPoints: number | null;
    approvalDays: number | null;
  } & Exclusions;
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
  | 'collectionIds'
  | 'tags'
  | 'tooManyProducts'
  | 'tooManyGroups'
  | 'nameLength'
  | 'server';
/** By the path that the server uses for the same field, such as `purchase.rate`. */
export type Issues = Readonly<Record<string, Issue>>;

export const pointsMax = 1_000_000_000;
export const approvalDaysMax = 365;
export const expiryMonthsMax = 120;
export const excludedProductsMax = 1_000;
/** Tags, and collections. */
export const excludedGroupsMax = 50;
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
      excludedTags: (purchase.excludedTags ?? []).join(', '),
      excludedCollectionIds: (purchase.excludedCollectionIds ?? []).join(', '),
    },
    expiry: { isOn: expiry.afterMonths !== null, afterMonths: expiry.afterMonths ?? expiryMonthsDefault },
  };
}

export type DraftResult = { outcome: 'settings'; settings: ProgrammeSettings } | { outcome: 'issues'; issues: Issues };

/** The settings that a draft means, or what is wrong with it. The same limits as the server's, in the merchant's language. */
export function fromDraft(draft: Draft, locale: string): DraftResult {
  const { purchase, signup, expiry } = draft;
  const rate = readDecimal(purchase.rate, locale);
  const { excludedProductIds, excludedTags, excludedCollectionIds, ...plain } = purchase;
  const productIds = readIds(excludedProductIds, 'products');
  const collectionIds = readIds(excludedCollectionIds, 'collections');
  const tags = readTags(excludedTags);
  const months = expiry.isOn ? expiry.afterMonths : null;
  const found: Record<string, Issue | undefined> = {
    'purchase.rate': purchase.rate.trim() === '' ? 'required' : isRate(rate) ? undefined : 'decimal',
    'purchase.fixedPoints': rangeIssue(purchase.fixedPoints, 0, pointsMax, 'pointsRange'),
    'purchase.approvalDays': rangeIssue(purchase.approvalDays, 0, approvalDaysMax, 'daysRange'),
    'purchase.excludedProductIds': productIds
      ? listIssue(productIds, excludedProductsMax, 'tooManyProducts')
      : 'productIds',
    'purchase.excludedCollectionIds': collectionIds
      ? listIssue(collectionIds, excludedGroupsMax, 'tooManyGroups')
      : 'collectionIds',
    'purchase.excludedTags': tags ? listIssue(tags, excludedGroupsMax, 'tooManyGroups') : 'tags',
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
        ...plain,
        rate: rate ?? '0',
        fixedPoints: purchase.fixedPoints ?? 0,
        approvalDays: purchase.approvalDays ?? 0,
        excludedProductIds: productIds ?? [],
        ...(tags && tags.length > 0 && { excludedTags: tags }),
        ...(collectionIds && collectionIds.length > 0 && { excludedCollectionIds: collectionIds }),
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

/** Ids, or addresses of things in Shopify's admin, which end in their ids: people paste either. */
function readIds(text: string, kind: 'products' | 'collections'): number[] | undefined {
  const pattern = new RegExp(`^(?:.*/${kind}/|gid:.*/)?(\\d{1,16})$`, 'i');
  const words = text.split(/[\s,;،、]+/).filter((word) => word !== '');
  const ids = words.map((word) => Number(pattern.exec(word)?.[1] ?? Number.NaN));
  return ids.every((id) => Number.isSafeInteger(id) && id > 0) ? [...new Set(ids)] : undefined;
}

/** Tags may hold blanks; the server takes no quotation marks and backslashes in them. */
function readTags(text: string): string[] | undefined {
  const tags = text.split(/[,;،、\n]+/).flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim()]));
  return tags.every((tag) => /^[^"\\]{1,255}$/.test(tag)) ? [...new Set(tags)] : undefined;
}

function listIssue(list: readonly unknown[], max: number, issue: Issue): Issue | undefined {
  return list.length > max ? issue : undefined;
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
    paths.map((path) => [path.replace(/^(purchase\.excluded\w+)\..*/, '$1'), 'server' as const]),
  );
}
