import { rewardInputSchema, type RewardResponse } from '@loyalnest/contracts/rest/points';
import { describe, expect, it } from 'vitest';
import { formsOf, withForm } from '../src/pages/settings/plural-forms.ts';
import {
  fromRewardDraft,
  newRewardDraft,
  toRewardDraft,
  type RewardDraft,
} from '../src/pages/settings/reward-draft.ts';

const euros = { currency: 'EUR', locale: 'de' };
const complete: RewardDraft = { ...newRewardDraft, name: 'Fünf Euro', points: 500, amount: '5,50' };

describe('a draft of a reward', () => {
  it('means a reward that the server takes', () => {
    const result = fromRewardDraft(complete, euros);
    expect(result).toMatchObject({
      outcome: 'reward',
      reward: { amountMinor: 550, minimumSpendMinor: 0, points: 500 },
    });
    expect(result.outcome === 'reward' && rewardInputSchema.safeParse(result.reward).success).toBe(true);
  });

  it.each(['en', 'de', 'fr', 'ar-EG'])('comes back from the reward it was made of, in %s', (locale) => {
    const input = { currency: 'KWD', locale };
    const reward: RewardResponse = {
      rewardId: 1,
      revision: 2,
      kind: 'free_shipping',
      name: 'Shipping',
      points: 1_000,
      amountMinor: 1_234_567,
      minimumSpendMinor: 5,
      validDays: null,
      perCustomerMax: 3,
      totalMax: null,
      codePrefix: 'SHIP',
      combinesWith: { orderDiscounts: true, productDiscounts: false, shippingDiscounts: false },
      isOpen: false,
    };
    const { rewardId: _id, revision: _revision, ...same } = reward;
    expect(fromRewardDraft(toRewardDraft(reward, input), input)).toEqual({ outcome: 'reward', reward: same });
  });

  it.each<[string, Partial<RewardDraft>, object]>([
    ['no name', { name: '  ' }, { name: 'required' }],
    ['no price', { points: null }, { points: 'required' }],
    ['no amount', { amount: '' }, { amountMinor: 'required' }],
    ['an amount of nothing', { amount: '0' }, { amountMinor: 'moneyAboveZero' }],
    ['an amount in words', { amount: 'fünf' }, { amountMinor: 'money' }],
    ['a tenth of a cent', { amount: '5,001' }, { amountMinor: 'money' }],
    ['an amount beyond the server’s limit', { amount: '1000000000,01' }, { amountMinor: 'money' }],
    ['a minimum in words', { minimumSpend: 'viel' }, { minimumSpendMinor: 'money' }],
    ['half a day', { validDays: 0.5 }, { validDays: { min: 1, max: 3_650 } }],
    ['a code with a blank', { codePrefix: 'MY CODE' }, { codePrefix: 'codePrefix' }],
  ])('says what is wrong with %s', (_name, change, issues) => {
    expect(fromRewardDraft({ ...complete, ...change }, euros)).toEqual({ outcome: 'issues', issues });
  });

  it('needs no amount for free shipping', () => {
    const result = fromRewardDraft({ ...complete, kind: 'free_shipping', amount: '' }, euros);
    expect(result).toMatchObject({ outcome: 'reward', reward: { amountMinor: null } });
  });

  it('takes yen without decimals only', () => {
    const yen = { currency: 'JPY', locale: 'ja' };
    expect(fromRewardDraft({ ...complete, amount: '500' }, yen)).toMatchObject({ reward: { amountMinor: 500 } });
    expect(fromRewardDraft({ ...complete, amount: '500.5' }, yen)).toMatchObject({ issues: { amountMinor: 'money' } });
  });
});

describe('the plural forms of the points name', () => {
  it.each([
    ['en', ['one', 'other']],
    ['ja', ['other']],
    ['fr', ['one', 'other']],
    ['pl', ['one', 'few', 'many']],
    ['ar', ['one', 'two', 'few', 'zero', 'many', 'other']],
  ])('of %s are those that whole numbers take', (language, categories) => {
    expect(
      formsOf(language)
        .map(({ category }) => category)
        .toSorted(),
    ).toEqual(categories.toSorted());
  });

  it('fill what the language does not have and the server wants', () => {
    expect(withForm({ one: '', other: '' }, 'ja', 'other', 'スター')).toEqual({ one: 'スター', other: 'スター' });
    const polish = withForm({ one: 'gwiazdka', other: '' }, 'pl', 'many', 'gwiazdek');
    expect(polish).toEqual({ one: 'gwiazdka', many: 'gwiazdek', other: 'gwiazdek' });
  });

  it('leave out a form that was emptied, unless it is needed', () => {
    expect(withForm({ one: 'a', two: 'b', other: 'c' }, 'ar', 'two', '')).toEqual({ one: 'a', other: 'c' });
    expect(withForm({ one: 'a', other: 'c' }, 'en', 'one', '')).toEqual({ one: '', other: 'c' });
  });
});
