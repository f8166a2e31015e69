import type { RewardInput, RewardResponse } from '@loyalnest/contracts/rest/points';
import { readMoney, writeMoney } from '../../i18n/decimal.ts';

/** A reward while somebody edits it. Money is text as typed; an empty field is no limit. */
export type RewardDraft = Pick<RewardInput, 'kind' | 'name' | 'codePrefix' | 'combinesWith' | 'isOpen'> & {
  points: number | null;
  amount: string;
  minimumSpend: string;
  validDays: number | null;
  perCustomerMax: number | null;
  totalMax: number | null;
};

export type RewardIssue =
  'required' | 'money' | 'moneyAboveZero' | 'codePrefix' | 'server' | { min: number; max: number };
export type RewardIssues = Readonly<Partial<Record<string, RewardIssue>>>;
/** The currency and the locale that amounts are typed in. */
export type MoneyInput = { currency: string; locale: string };

export const nameLengthMax = 100;
const amountMinorMax = 100_000_000_000;
const ranges = {
  points: { min: 1, max: 1_000_000_000 },
  validDays: { min: 1, max: 3_650 },
  perCustomerMax: { min: 1, max: 100_000 },
  totalMax: { min: 1, max: 10_000_000 },
} as const;

/** What a new reward starts with: closed to combining, open to customers, codes good for three months. */
export const newRewardDraft: RewardDraft = {
  kind: 'fixed_amount',
  name: '',
  points: null,
  amount: '',
  minimumSpend: '',
  validDays: 90,
  perCustomerMax: null,
  totalMax: null,
  codePrefix: 'LOYAL',
  combinesWith: { orderDiscounts: false, productDiscounts: false, shippingDiscounts: false },
  isOpen: true,
};

export function toRewardDraft(reward: RewardResponse, { currency, locale }: MoneyInput): RewardDraft {
  const { kind, name, points, validDays, perCustomerMax, totalMax, codePrefix, combinesWith, isOpen } = reward;
  const text = (minor: number | null) => (minor === null ? '' : writeMoney(minor, currency, locale));
  return {
    kind,
    name,
    points,
    amount: text(reward.amountMinor),
    minimumSpend: text(reward.minimumSpendMinor === 0 ? null : reward.minimumSpendMinor),
    validDays,
    perCustomerMax,
    totalMax,
    codePrefix,
    combinesWith,
    isOpen,
  };
}

export type RewardDraftResult =
  { outcome: 'reward'; reward: RewardInput } | { outcome: 'issues'; issues: RewardIssues };

/** The reward that a draft means, or what is wrong with it, by the server's names of the fields. */
export function fromRewardDraft(draft: RewardDraft, { currency, locale }: MoneyInput): RewardDraftResult {
  const read = (text: string) => (text.trim() === '' ? null : readMoney(text, currency, locale));
  const amountMinor = read(draft.amount);
  const minimumSpendMinor = read(draft.minimumSpend);
  const found: Partial<Record<string, RewardIssue | undefined>> = {
    name: draft.name.trim() === '' ? 'required' : undefined,
    points: draft.points === null ? 'required' : rangeIssue(draft.points, ranges.points),
    amountMinor: amountIssue(amountMinor, draft.kind),
    minimumSpendMinor: isTooMuch(minimumSpendMinor) ? 'money' : undefined,
    validDays: rangeIssue(draft.validDays, ranges.validDays),
    perCustomerMax: rangeIssue(draft.perCustomerMax, ranges.perCustomerMax),
    totalMax: rangeIssue(draft.totalMax, ranges.totalMax),
    codePrefix: /^[A-Z0-9]{1,12}$/.test(draft.codePrefix) ? undefined : 'codePrefix',
  };
  const issues = Object.fromEntries(Object.entries(found).filter(([, issue]) => issue !== undefined));
  if (Object.keys(issues).length > 0) return { outcome: 'issues', issues };
  const { amount: _amount, minimumSpend: _minimumSpend, ...same } = draft;
  return {
    outcome: 'reward',
    reward: {
      ...same,
      name: draft.name.trim(),
      points: draft.points ?? 0,
      amountMinor: amountMinor ?? null,
      minimumSpendMinor: minimumSpendMinor ?? 0,
    },
  };
}

function amountIssue(amountMinor: number | null | undefined, kind: RewardInput['kind']): RewardIssue | undefined {
  if (amountMinor === null) return kind === 'fixed_amount' ? 'required' : undefined;
  if (isTooMuch(amountMinor)) return 'money';
  return amountMinor === 0 ? 'moneyAboveZero' : undefined;
}

/** `undefined` is no amount of the currency. */
function isTooMuch(minor: number | null | undefined): boolean {
  return minor === undefined || (minor !== null && minor > amountMinorMax);
}

function rangeIssue(value: number | null, range: { min: number; max: number }): RewardIssue | undefined {
  if (value === null || (Number.isInteger(value) && value >= range.min && value <= range.max)) return undefined;
  return range;
}
