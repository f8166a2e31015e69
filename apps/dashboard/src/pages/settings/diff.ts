import type { ProgrammeSettings } from '@loyalnest/contracts/programme';

/** What a merchant sees as one setting, in the order of the page. Names of points are one setting per language. */
const fixedFields = [
  'isOn',
  'purchase.isOn',
  'purchase.kind',
  'purchase.rate',
  'purchase.fixedPoints',
  'purchase.rounding',
  'purchase.earnsWhen',
  'purchase.approvalDays',
  'purchase.counts.tax',
  'purchase.counts.shipping',
  'purchase.counts.discountedPart',
  'purchase.guestsMayClaim',
  'purchase.excludedProductIds',
  'purchase.excludedCollectionIds',
  'purchase.excludedTags',
  'signup.isOn',
  'signup.points',
  'expiry.afterMonths',
  'clawbackPolicy',
] as const;
export type FixedField = (typeof fixedFields)[number];
export type SettingField = FixedField | `pointsName.${string}`;

/** The settings in which two versions differ. */
export function diffSettings(before: ProgrammeSettings, after: ProgrammeSettings): SettingField[] {
  return fieldsOf(before, after).filter((field) => !isSame(valueOf(before, field), valueOf(after, field)));
}

/** `base` is what both started from. */
export type Versions = { base: ProgrammeSettings; mine: ProgrammeSettings; theirs: ProgrammeSettings };

/**
 * Where two people's versions differ, and whose value stands unless somebody says otherwise: what only one of them touched is
 * theirs; what both did, mine.
 */
export function conflictsOf({ base, mine, theirs }: Versions): { field: SettingField; stands: 'mine' | 'theirs' }[] {
  const touched = new Set(diffSettings(base, mine));
  return diffSettings(mine, theirs).map((field) => ({ field, stands: touched.has(field) ? 'mine' : 'theirs' }));
}

/** My settings, with these fields as the other person has them. */
export function takeTheirs({ mine, theirs }: Versions, fields: readonly SettingField[]): ProgrammeSettings {
  const merged = structuredClone(mine);
  for (const field of fields) setValue(merged, field, valueOf(theirs, field));
  return merged;
}

export function valueOf(settings: ProgrammeSettings, field: SettingField): unknown {
  return stepsOf(field).reduce<unknown>(
    (part, step) => (part as Record<string, unknown> | undefined)?.[step],
    settings,
  );
}

function setValue(settings: ProgrammeSettings, field: SettingField, value: unknown): void {
  const steps = stepsOf(field);
  const last = steps.pop() ?? field;
  const holder = steps.reduce<unknown>((part, step) => (part as Record<string, unknown>)[step], settings);
  if (value === undefined) delete (holder as Record<string, unknown>)[last];
  else (holder as Record<string, unknown>)[last] = structuredClone(value);
}

function fieldsOf(...versions: readonly ProgrammeSettings[]): SettingField[] {
  const languages = new Set(versions.flatMap((version) => Object.keys(version.pointsName)));
  return [...fixedFields, ...[...languages].sort().map((language) => `pointsName.${language}` as const)];
}

function stepsOf(field: SettingField): string[] {
  return field.split('.');
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) || Array.isArray(other)) return sorted(one).join() === sorted(other).join();
  if (isObject(one) && isObject(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => isSame(one[key], other[key]));
  }
  return one === other;
}

/** Lists of settings are ids or tags, whose order says nothing; a list that is not there is empty. */
function sorted(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String).toSorted((one, other) => one.localeCompare(other, 'en')) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
