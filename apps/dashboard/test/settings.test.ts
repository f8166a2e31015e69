import {
  defaultProgrammeSettings,
  programmeSettingsSchema,
  type ProgrammeSettings,
} from '@loyalnest/contracts/programme';
import { describe, expect, it } from 'vitest';
import { conflictsOf, diffSettings, takeTheirs } from '../src/pages/settings/diff.ts';
import { fromDraft, serverIssues, toDraft, type Draft } from '../src/pages/settings/draft.ts';

const settings = defaultProgrammeSettings;

function aDraft(change: (draft: Draft) => void = () => undefined): Draft {
  const draft = structuredClone(toDraft(settings, 'de'));
  change(draft);
  return draft;
}

function changed(change: (settings: ProgrammeSettings) => void): ProgrammeSettings {
  const copy = structuredClone(settings);
  change(copy);
  return copy;
}

describe('a draft of the settings', () => {
  it('means the settings that it was made of, in every locale', () => {
    const full = changed((next) => {
      next.purchase.rate = '1234.25';
      next.purchase.excludedProductIds = [7, 9_007_199_254_740_991];
      next.purchase.excludedTags = ['end of line', 'Sale'];
      next.purchase.excludedCollectionIds = [5];
      next.expiry.afterMonths = 18;
    });
    for (const locale of ['en', 'de', 'fr', 'ja', 'ar', 'ar-EG'])
      expect(fromDraft(toDraft(full, locale), locale)).toEqual({ outcome: 'settings', settings: full });
  });

  it('gives what the server takes', () => {
    const result = fromDraft(
      aDraft((draft) => (draft.purchase.rate = '0,5')),
      'de',
    );
    expect(result.outcome === 'settings' && programmeSettingsSchema.parse(result.settings).purchase.rate).toBe('0.5');
  });

  it.each<[string, (draft: Draft) => void, string, string]>([
    ['an empty rate', (draft) => (draft.purchase.rate = ' '), 'purchase.rate', 'required'],
    ['a rate in words', (draft) => (draft.purchase.rate = 'zwei'), 'purchase.rate', 'decimal'],
    ['a rate with too many decimals', (draft) => (draft.purchase.rate = '0,1234567'), 'purchase.rate', 'decimal'],
    ['no points', (draft) => (draft.signup.points = null), 'signup.points', 'required'],
    ['half a point', (draft) => (draft.signup.points = 0.5), 'signup.points', 'pointsRange'],
    ['too many days', (draft) => (draft.purchase.approvalDays = 366), 'purchase.approvalDays', 'daysRange'],
    ['no months', (draft) => (draft.expiry = { isOn: true, afterMonths: 0 }), 'expiry.afterMonths', 'monthsRange'],
    [
      'a product by name',
      (draft) => (draft.purchase.excludedProductIds = 'Mug'),
      'purchase.excludedProductIds',
      'productIds',
    ],
    [
      'a nameless point',
      (draft) => (draft.pointsName = { de: { one: '', other: 'Sterne' } }),
      'pointsName.de.one',
      'required',
    ],
  ])('says what is wrong with %s', (_name, change, path, issue) => {
    expect(fromDraft(aDraft(change), 'de')).toEqual({ outcome: 'issues', issues: { [path]: issue } });
  });

  it('says what is wrong with a tag that the server refuses, and with a collection by name', () => {
    const result = fromDraft(
      aDraft((draft) => {
        draft.purchase.excludedTags = 'sale, "new"';
        draft.purchase.excludedCollectionIds = 'summer';
      }),
      'de',
    );
    expect(result).toEqual({
      outcome: 'issues',
      issues: { 'purchase.excludedTags': 'tags', 'purchase.excludedCollectionIds': 'collectionIds' },
    });
  });

  it('takes products by id, by address and by Shopify’s global id', () => {
    const text = '12, https://admin.shopify.com/store/x/products/34\ngid://shopify/Product/56 12';
    const result = fromDraft(
      aDraft((draft) => (draft.purchase.excludedProductIds = text)),
      'de',
    );
    expect(result.outcome === 'settings' && result.settings.purchase.excludedProductIds).toEqual([12, 34, 56]);
  });

  it('finds the fields that the server objects to', () => {
    const issues = [
      { path: 'settings.purchase.rate' },
      { path: 'settings.purchase.excludedProductIds.3' },
      { path: 'version' },
    ];
    expect(serverIssues({ issues })).toEqual({
      'purchase.rate': 'server',
      'purchase.excludedProductIds': 'server',
      version: 'server',
    });
    expect(serverIssues({})).toEqual({});
  });
});

describe('two versions of the settings', () => {
  it('differ in nothing when they say the same in another order', () => {
    const one = changed((next) => (next.purchase.excludedProductIds = [1, 2]));
    const other = changed((next) => {
      next.purchase.excludedProductIds = [2, 1];
      next.purchase.excludedTags = [];
    });
    expect(diffSettings(one, other)).toEqual([]);
  });

  it('tell every setting in which they differ', () => {
    const other = changed((next) => {
      next.purchase.counts.tax = true;
      next.expiry.afterMonths = 12;
      next.pointsName = { de: { one: 'Stern', other: 'Sterne' } };
    });
    expect(diffSettings(settings, other)).toEqual([
      'purchase.counts.tax',
      'expiry.afterMonths',
      'pointsName.de',
      'pointsName.en',
    ]);
  });

  it('keep what each of two people alone has changed, and mine where both have', () => {
    const versions = {
      base: settings,
      mine: changed((next) => {
        next.purchase.rate = '2';
        next.signup.points = 50;
      }),
      theirs: changed((next) => {
        next.purchase.rate = '3';
        next.expiry.afterMonths = 6;
      }),
    };
    const conflicts = conflictsOf(versions);
    expect(conflicts).toEqual([
      { field: 'purchase.rate', stands: 'mine' },
      { field: 'signup.points', stands: 'mine' },
      { field: 'expiry.afterMonths', stands: 'theirs' },
    ]);
    const theirs = conflicts.filter(({ stands }) => stands === 'theirs').map(({ field }) => field);
    const merged = takeTheirs(versions, theirs);
    expect([merged.purchase.rate, merged.signup.points, merged.expiry.afterMonths]).toEqual(['2', 50, 6]);
    expect(versions.mine.expiry.afterMonths).toBeNull();
  });

  it('become one when every field is taken', () => {
    const theirs = changed((next) => {
      next.pointsName = { fr: { one: 'étoile', other: 'étoiles' } };
      next.purchase.excludedProductIds = [4];
      next.isOn = false;
    });
    const versions = { base: settings, mine: settings, theirs };
    expect(takeTheirs(versions, diffSettings(settings, theirs))).toEqual(theirs);
  });
});
