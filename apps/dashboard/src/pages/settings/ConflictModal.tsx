import { Button } from '@loyalnest/ui/button';
import { Modal } from '@loyalnest/ui/modal';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import { showToast } from '../../shopify/toast.ts';
import { describeSetting, nameOfSetting } from './describe-setting.ts';
import { conflictsOf, takeTheirs, type SettingField } from './diff.ts';
import type { ProgrammeDraft } from './use-programme-draft.ts';
import { useStaffName } from './use-staff-name.ts';

type Side = 'mine' | 'theirs';

type ConflictModalProps = { programme: ProgrammeDraft; conflict: NonNullable<ProgrammeDraft['conflict']> };

/** Two people edited the programme at once: both versions side by side, and a choice for each setting or for all. */
export function ConflictModal({ programme, conflict }: ConflictModalProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const staffName = useStaffName();
  const { theirs, mine } = conflict;
  const versions = { base: programme.base.settings, mine, theirs: theirs.settings };
  const conflicts = conflictsOf(versions);
  const [choices, setChoices] = useState<Partial<Record<SettingField, Side>>>({});
  const choiceOf = ({ field, stands }: (typeof conflicts)[number]) => choices[field] ?? stands;
  const words = { t, formats };

  const save = async () => {
    const fields = conflicts.filter((one) => choiceOf(one) === 'theirs').map(({ field }) => field);
    if (await programme.saveOver(takeTheirs(versions, fields))) showToast(t('settings.saved'));
  };
  const chooseAll = (choice: Side) => setChoices(Object.fromEntries(conflicts.map(({ field }) => [field, choice])));

  return (
    <Modal
      title={t('settings.conflict.title')}
      isOpen
      onClose={programme.closeConflict}
      size="large"
      actions={
        <>
          <Button onPress={programme.takeTheirs} isDisabled={programme.isSaving}>
            {t('settings.conflict.discardMine')}
          </Button>
          <Button variant="primary" onPress={() => void save()} isLoading={programme.isSaving}>
            {t('settings.conflict.save')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p>
          {t('settings.conflict.text', {
            who: staffName(theirs.changedBy),
            when: formats.relative(theirs.changedAt),
            version: formats.number(theirs.version),
          })}
        </p>
        {conflicts.length === 0 && <p>{t('settings.conflict.same')}</p>}
        {conflicts.length > 1 && (
          <div className="flex flex-wrap gap-2">
            <Button onPress={() => chooseAll('mine')}>{t('settings.conflict.allMine')}</Button>
            <Button onPress={() => chooseAll('theirs')}>{t('settings.conflict.allTheirs')}</Button>
          </div>
        )}
        {conflicts.map((one) => (
          <Choice
            key={one.field}
            setting={nameOfSetting(one.field, words)}
            values={{
              mine: describeSetting(mine, one.field, words),
              theirs: describeSetting(theirs.settings, one.field, words),
            }}
            chosen={choiceOf(one)}
            onChange={(choice) => setChoices((before) => ({ ...before, [one.field]: choice }))}
          />
        ))}
      </div>
    </Modal>
  );
}

type ChoiceProps = {
  setting: string;
  values: Record<Side, string>;
  chosen: Side;
  onChange: (side: Side) => void;
};

/** One setting in both versions, side by side. */
function Choice({ setting, values, chosen, onChange }: ChoiceProps) {
  const { t } = useTranslation();
  const name = useId();
  const labels = { mine: t('settings.conflict.mine'), theirs: t('settings.conflict.theirs') };
  return (
    <fieldset>
      <legend className="mb-1 font-semibold">{setting}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {(['mine', 'theirs'] as const).map((side) => (
          <label
            key={side}
            className="flex items-start gap-2 rounded-md border border-line p-3 has-checked:border-line-focus has-checked:bg-surface-secondary"
          >
            <input
              type="radio"
              name={name}
              checked={chosen === side}
              onChange={() => onChange(side)}
              className="mt-1 accent-(--p-color-bg-fill-brand)"
            />
            <span className="min-w-0">
              <span className="block text-sm text-ink-secondary">{labels[side]}</span>
              <span className="break-words">{values[side]}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
