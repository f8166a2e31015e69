import { Button } from '@loyalnest/ui/button';
import { Modal } from '@loyalnest/ui/modal';
import { RadioGroup } from '@loyalnest/ui/radio-group';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import { showToast } from '../../shopify/toast.ts';
import { describeSetting, nameOfSetting } from './describe-setting.ts';
import { conflictsOf, takeTheirs, type SettingField } from './diff.ts';
import type { ProgrammeDraft } from './use-programme-draft.ts';
import { useStaffName } from './use-staff-name.ts';

type ConflictModalProps = { programme: ProgrammeDraft; conflict: NonNullable<ProgrammeDraft['conflict']> };

/** Two people edited the programme at once: both versions side by side, and a choice for each setting or for all. */
export function ConflictModal({ programme, conflict }: ConflictModalProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const staffName = useStaffName();
  const { theirs, mine } = conflict;
  const versions = { base: programme.base.settings, mine, theirs: theirs.settings };
  const conflicts = conflictsOf(versions);
  const [choices, setChoices] = useState<Partial<Record<SettingField, 'mine' | 'theirs'>>>({});
  const choiceOf = ({ field, stands }: (typeof conflicts)[number]) => choices[field] ?? stands;
  const words = { t, formats };

  const save = async () => {
    const fields = conflicts.filter((one) => choiceOf(one) === 'theirs').map(({ field }) => field);
    if (await programme.saveOver(takeTheirs(versions, fields))) showToast(t('settings.saved'));
  };
  const chooseAll = (choice: 'mine' | 'theirs') =>
    setChoices(Object.fromEntries(conflicts.map(({ field }) => [field, choice])));

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
          <RadioGroup
            key={one.field}
            label={nameOfSetting(one.field, words)}
            value={choiceOf(one)}
            onChange={(choice) => setChoices((before) => ({ ...before, [one.field]: choice }))}
            options={[
              {
                value: 'mine',
                label: t('settings.conflict.mine', { value: describeSetting(mine, one.field, words) }),
              },
              {
                value: 'theirs',
                label: t('settings.conflict.theirs', { value: describeSetting(theirs.settings, one.field, words) }),
              },
            ]}
          />
        ))}
      </div>
    </Modal>
  );
}
