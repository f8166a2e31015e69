import { Button } from '@loyalnest/ui/button';
import { Card } from '@loyalnest/ui/card';
import { Select } from '@loyalnest/ui/select';
import { TextField } from '@loyalnest/ui/text-field';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatsFor, useFormats } from '../../i18n/format.ts';
import { languages } from '../../i18n/languages.ts';
import { formOf, type PluralForms } from '../../i18n/points-name.ts';
import { nameLengthMax } from './draft.ts';
import type { CardProps } from './EarningTab.tsx';
import { formsOf, withForm } from './plural-forms.ts';
import { useIssueText } from './use-issue-text.ts';

/** What points are called, language by language, in every plural form that the language has. */
export function LookTab({ programme, isDisabled }: CardProps) {
  const { t } = useTranslation();
  const { pointsName } = programme.draft;
  const named = Object.keys(pointsName);
  const setForms = (language: string, forms: PluralForms | undefined) =>
    programme.change((draft) => {
      const { [language]: _before, ...others } = draft.pointsName;
      return { ...draft, pointsName: forms ? { ...draft.pointsName, [language]: forms } : others };
    });
  return (
    <Card title={t('settings.look.title')}>
      <div className="flex flex-col gap-5">
        <p className="text-ink-secondary">{t('settings.look.text')}</p>
        {named.map((language) => (
          <LanguageForms
            key={language}
            language={language}
            forms={pointsName[language] ?? { one: '', other: '' }}
            onChange={(forms) => setForms(language, forms)}
            // Without any name there would be nothing to fall back to.
            onRemove={named.length > 1 ? () => setForms(language, undefined) : undefined}
            programme={programme}
            isDisabled={isDisabled}
          />
        ))}
        <AddLanguage
          absent={languages.filter((language) => !(language in pointsName))}
          onAdd={(language) => setForms(language, { one: '', other: '' })}
          isDisabled={isDisabled}
        />
      </div>
    </Card>
  );
}

type LanguageFormsProps = CardProps & {
  language: string;
  forms: PluralForms;
  onChange: (forms: PluralForms) => void;
  onRemove: (() => void) | undefined;
};

function LanguageForms({ language, forms, onChange, onRemove, programme, isDisabled }: LanguageFormsProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const issueText = useIssueText(programme.issues);
  const name = useLanguageNames()(language);
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line-secondary pt-4">
      <legend className="float-start text-md font-semibold">{name}</legend>
      <div className="clear-both grid gap-3 sm:grid-cols-2">
        {formsOf(language).map(({ category, examples }) => (
          <TextField
            key={category}
            label={t('settings.look.form', { numbers: formats.list(examples.map(formats.number)) })}
            value={forms[category] ?? ''}
            onChange={(word) => onChange(withForm(forms, language, category, word))}
            lengthMax={nameLengthMax}
            error={issueText(`pointsName.${language}.${category}`)}
            isDisabled={isDisabled}
          />
        ))}
      </div>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-ink-secondary">{t('settings.look.example', { sample: sampleOf(forms, language) })}</p>
        {onRemove && (
          <Button
            variant="tertiary"
            onPress={onRemove}
            isDisabled={isDisabled}
            aria-label={t('settings.look.remove', { language: name })}
          >
            {t('settings.look.removeShort')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

type AddLanguageProps = { absent: readonly string[]; onAdd: (language: string) => void; isDisabled: boolean };

function AddLanguage({ absent, onAdd, isDisabled }: AddLanguageProps) {
  const { t } = useTranslation();
  const nameOf = useLanguageNames();
  const [chosen, setChosen] = useState<string>();
  const [first] = absent;
  if (first === undefined) return null;
  const value = chosen !== undefined && absent.includes(chosen) ? chosen : first;
  return (
    <div className="flex flex-wrap items-end gap-2 border-t border-line-secondary pt-4">
      <Select
        label={t('settings.look.add')}
        value={value}
        onChange={setChosen}
        options={absent.map((language) => ({ value: language, label: nameOf(language) }))}
        isDisabled={isDisabled}
      />
      <Button onPress={() => onAdd(value)} isDisabled={isDisabled}>
        {t('settings.look.addShort')}
      </Button>
    </div>
  );
}

function useLanguageNames(): (language: string) => string {
  const { locale } = useFormats();
  const names = new Intl.DisplayNames(locale, { type: 'language' });
  return (language) => names.of(language) ?? language;
}

/** As customers will read it. */
function sampleOf(forms: PluralForms, language: string): string {
  const formats = formatsFor(language, undefined);
  const samples = formsOf(language).map(({ examples: [count = 0] }) => {
    return `${formats.number(count)} ${formOf(forms, language, count)}`.trim();
  });
  return formats.list(samples);
}
