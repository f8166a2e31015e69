import type { ProgrammeSettings } from '@loyalnest/contracts/programme';

export type PointsName = ProgrammeSettings['pointsName'];
export type PluralForms = PointsName[string];

/**
 * What the merchant calls so many points in a language, or `undefined` where they have not named them: then the language's
 * own word is meant. A merchant who named points in another language only wants that name rather than ours.
 */
export function merchantsWord(pointsName: PointsName, language: string, count: number): string | undefined {
  const own = pointsName[language] ?? pointsName[language.split('-')[0] ?? language];
  if (own && !isPlain(own)) return formOf(own, language, count);
  const [named] = Object.entries(pointsName).filter(([, forms]) => !isPlain(forms));
  return named && formOf(named[1], named[0], count);
}

/** The form that a number takes; the general one where a form was not given. */
export function formOf(forms: PluralForms, language: string, count: number): string {
  const category = new Intl.PluralRules(language).select(count);
  return (forms as Partial<Record<Intl.LDMLPluralRule, string>>)[category] ?? forms.other;
}

/** What a new shop starts with; not a name that somebody chose. */
function isPlain({ one, other }: PluralForms): boolean {
  return one === 'point' && other === 'points';
}
