import { Card } from '@loyalnest/ui/card';
import { NumberField } from '@loyalnest/ui/number-field';
import { RadioGroup } from '@loyalnest/ui/radio-group';
import { Switch } from '@loyalnest/ui/switch';
import { useTranslation } from 'react-i18next';
import type { Draft } from './draft.ts';
import { PurchaseCard } from './PurchaseCard.tsx';
import { useIssueText } from './use-issue-text.ts';
import type { ProgrammeDraft } from './use-programme-draft.ts';

export type CardProps = { programme: ProgrammeDraft; isDisabled: boolean };

export function EarningTab({ programme, currency, isDisabled }: CardProps & { currency: string }) {
  const { t } = useTranslation();
  const issueText = useIssueText(programme.issues);
  const { draft } = programme;
  const set = (change: Partial<Draft>) => programme.change((draft) => ({ ...draft, ...change }));

  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card title={t('settings.field.isOn')}>
        <Switch
          isSelected={draft.isOn}
          onChange={(isOn) => set({ isOn })}
          isDisabled={isDisabled}
          description={t('settings.help.isOn')}
        >
          {draft.isOn ? t('settings.on') : t('settings.off')}
        </Switch>
      </Card>
      <PurchaseCard programme={programme} currency={currency} isDisabled={isDisabled} />
      <Card title={t('settings.field.signup')}>
        <div className="flex flex-col gap-4">
          <Switch
            isSelected={draft.signup.isOn}
            onChange={(isOn) => set({ signup: { ...draft.signup, isOn } })}
            isDisabled={isDisabled}
          >
            {t('settings.help.signup')}
          </Switch>
          {draft.signup.isOn && (
            <NumberField
              label={t('settings.field.signupPoints')}
              value={draft.signup.points}
              onChange={(points) => set({ signup: { ...draft.signup, points } })}
              valueMin={0}
              error={issueText('signup.points')}
              isDisabled={isDisabled}
            />
          )}
        </div>
      </Card>
      <Card title={t('settings.field.expiry')}>
        <div className="flex flex-col gap-4">
          <Switch
            isSelected={draft.expiry.isOn}
            onChange={(isOn) => set({ expiry: { ...draft.expiry, isOn } })}
            isDisabled={isDisabled}
            description={t('settings.help.expiry')}
          >
            {t('settings.help.expirySwitch')}
          </Switch>
          {draft.expiry.isOn && (
            <NumberField
              label={t('settings.field.expiryMonths')}
              value={draft.expiry.afterMonths}
              onChange={(afterMonths) => set({ expiry: { ...draft.expiry, afterMonths } })}
              valueMin={1}
              error={issueText('expiry.afterMonths')}
              isDisabled={isDisabled}
            />
          )}
        </div>
      </Card>
      <Card title={t('settings.field.clawback')}>
        <RadioGroup
          label={t('settings.help.clawback')}
          value={draft.clawbackPolicy}
          onChange={(clawbackPolicy) => set({ clawbackPolicy })}
          isDisabled={isDisabled}
          options={[
            { value: 'negative', label: t('settings.clawback.negative'), description: t('settings.help.negative') },
            { value: 'floor', label: t('settings.clawback.floor'), description: t('settings.help.floor') },
          ]}
        />
      </Card>
    </div>
  );
}
