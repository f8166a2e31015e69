import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { TFunction } from 'i18next';
import type { Formats } from '../../i18n/format.ts';
import { valueOf, type FixedField, type SettingField } from './diff.ts';

export type Words = { t: TFunction; formats: Formats };

/** What a setting is called, and what it is set to, in the reader's words. */
export function nameOfSetting(field: SettingField, { t, formats }: Words): string {
  if (isPointsName(field)) return t('settings.field.pointsName', { language: languageName(field, formats.locale) });
  return t(labels[field]);
}

export function describeSetting(settings: ProgrammeSettings, field: SettingField, words: Words): string {
  const { t, formats } = words;
  const value = valueOf(settings, field);
  if (isPointsName(field)) return describeForms(value, words);
  if (typeof value === 'boolean') return value ? t('settings.on') : t('settings.off');
  if (isList(field)) {
    const list = Array.isArray(value) ? value.map(String) : [];
    if (list.length === 0) return t('settings.none');
    // A handful says which; more say how many.
    return list.length <= listedMax
      ? formats.list(list)
      : t('settings.listed', { count: list.length, number: formats.number(list.length) });
  }
  switch (field) {
    case 'purchase.rate':
      return formats.decimal(String(value));
    case 'purchase.approvalDays':
      return value === 0 ? t('settings.atOnce') : days(Number(value), words);
    case 'expiry.afterMonths':
      return value === null ? t('settings.never') : months(Number(value), words);
    case 'purchase.fixedPoints':
    case 'signup.points':
      return formats.number(Number(value));
    default:
      return choices[String(value)] ? t(choices[String(value)] as 'settings.on') : String(value);
  }
}

export function days(count: number, { t, formats }: Words): string {
  return t('settings.days', { count, number: formats.number(count) });
}

export function months(count: number, { t, formats }: Words): string {
  return t('settings.months', { count, number: formats.number(count) });
}

export function languageName(field: `pointsName.${string}`, locale: string): string {
  const language = field.slice('pointsName.'.length);
  return new Intl.DisplayNames(locale, { type: 'language' }).of(language) ?? language;
}

function describeForms(value: unknown, { t, formats }: Words): string {
  if (typeof value !== 'object' || value === null) return t('settings.none');
  return formats.list([...new Set(Object.values(value).map(String))]);
}

const listedMax = 5;

function isList(field: SettingField): boolean {
  return field.startsWith('purchase.excluded');
}

function isPointsName(field: SettingField): field is `pointsName.${string}` {
  return field.startsWith('pointsName.');
}

const labels = {
  isOn: 'settings.field.isOn',
  'purchase.isOn': 'settings.field.purchase',
  'purchase.kind': 'settings.field.kind',
  'purchase.rate': 'settings.field.rate',
  'purchase.fixedPoints': 'settings.field.fixedPoints',
  'purchase.rounding': 'settings.field.rounding',
  'purchase.earnsWhen': 'settings.field.earnsWhen',
  'purchase.approvalDays': 'settings.field.approvalDays',
  'purchase.counts.tax': 'settings.field.tax',
  'purchase.counts.shipping': 'settings.field.shipping',
  'purchase.counts.discountedPart': 'settings.field.discountedPart',
  'purchase.guestsMayClaim': 'settings.field.guests',
  'purchase.excludedProductIds': 'settings.field.excludedProducts',
  'purchase.excludedCollectionIds': 'settings.field.excludedCollections',
  'purchase.excludedTags': 'settings.field.excludedTags',
  'signup.isOn': 'settings.field.signup',
  'signup.points': 'settings.field.signupPoints',
  'expiry.afterMonths': 'settings.field.expiry',
  clawbackPolicy: 'settings.field.clawback',
} as const satisfies Record<FixedField, string>;

/** Every value that is a choice among words; no word stands for two choices. */
const choices: Readonly<Record<string, string>> = {
  rate: 'settings.kind.rate',
  fixed: 'settings.kind.fixed',
  down: 'settings.rounding.down',
  nearest: 'settings.rounding.nearest',
  up: 'settings.rounding.up',
  created: 'settings.earnsWhen.created',
  paid: 'settings.earnsWhen.paid',
  fulfilled: 'settings.earnsWhen.fulfilled',
  negative: 'settings.clawback.negative',
  floor: 'settings.clawback.floor',
};
