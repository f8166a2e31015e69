import type { PluralForms } from '../../i18n/points-name.ts';

export type Form = { category: keyof PluralForms; examples: number[] };

const examplesMax = 3;
/** French and its relatives have a form for whole millions ("un million d'étoiles"), which nobody needs to fill in. */
const looked = [1, 2, 3, 0, 5, 6, 7, 11, 21, 25, 100, 101, 102, 103];

/** The forms that whole numbers take in a language, each with numbers that take it. */
export function formsOf(language: string): Form[] {
  const rules = new Intl.PluralRules(language);
  const forms = new Map<keyof PluralForms, number[]>();
  for (const count of looked) {
    const category = rules.select(count);
    forms.set(category, [...(forms.get(category) ?? []), count]);
  }
  return [...forms].map(([category, examples]) => ({
    category,
    examples: examples.slice(0, examplesMax).sort((one, other) => one - other),
  }));
}

/** The names with one form changed. `one` and `other` always exist; in a language without the one, it is the other. */
export function withForm(forms: PluralForms, language: string, category: keyof PluralForms, word: string): PluralForms {
  const { [category]: _before, ...rest } = forms;
  const isNeeded = category === 'one' || category === 'other';
  const changed = { ...rest, ...(word === '' && !isNeeded ? {} : { [category]: word }) } as PluralForms;
  const categories = formsOf(language).map((form) => form.category);
  if (!categories.includes('one')) changed.one = changed.other;
  if (!categories.includes('other')) changed.other = changed.many ?? changed.one;
  return changed;
}
