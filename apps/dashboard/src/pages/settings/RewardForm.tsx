import { Card } from '@loyalnest/ui/card';
import { Checkbox } from '@loyalnest/ui/checkbox';
import { NumberField } from '@loyalnest/ui/number-field';
import { RadioGroup } from '@loyalnest/ui/radio-group';
import { Switch } from '@loyalnest/ui/switch';
import { TextField } from '@loyalnest/ui/text-field';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../i18n/format.ts';
import { usePoints } from '../../i18n/points.ts';
import { writeMoney } from '../../i18n/decimal.ts';
import { nameLengthMax, type RewardDraft, type RewardIssues } from './reward-draft.ts';

type RewardFormProps = {
  draft: RewardDraft;
  onChange: (draft: RewardDraft) => void;
  issues: RewardIssues;
  currency: string;
  isDisabled: boolean;
};

export function RewardForm(props: RewardFormProps) {
  const { t } = useTranslation();
  const { draft, onChange, isDisabled } = props;
  return (
    <>
      <WhatItGives {...props} />
      <Limits {...props} />
      <Codes {...props} />
      <Card title={t('settings.reward.status')}>
        <Switch
          isSelected={draft.isOpen}
          onChange={(isOpen) => onChange({ ...draft, isOpen })}
          isDisabled={isDisabled}
          description={t('settings.reward.help.isOpen')}
        >
          {draft.isOpen ? t('settings.reward.open') : t('settings.reward.closed')}
        </Switch>
      </Card>
    </>
  );
}

function WhatItGives({ draft, onChange, issues, currency, isDisabled }: RewardFormProps) {
  const { t } = useTranslation();
  const { name } = usePoints();
  const issueText = useRewardIssueText(issues, currency);
  return (
    <Card title={t('settings.reward.gives')}>
      <div className="flex flex-col gap-4">
        <RadioGroup
          label={t('settings.reward.kind')}
          value={draft.kind}
          onChange={(kind) => onChange({ ...draft, kind })}
          isDisabled={isDisabled}
          options={[
            { value: 'fixed_amount', label: t('settings.reward.fixedAmount') },
            { value: 'free_shipping', label: t('settings.reward.freeShipping') },
          ]}
        />
        <TextField
          label={t('settings.reward.name')}
          value={draft.name}
          onChange={(name) => onChange({ ...draft, name })}
          description={t('settings.reward.help.name')}
          lengthMax={nameLengthMax}
          error={issueText('name')}
          isDisabled={isDisabled}
          isRequired
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField
            label={t('settings.reward.cost', { points: name })}
            value={draft.points}
            onChange={(points) => onChange({ ...draft, points })}
            valueMin={1}
            error={issueText('points')}
            isDisabled={isDisabled}
            isRequired
          />
          <TextField
            label={
              draft.kind === 'fixed_amount'
                ? t('settings.reward.amount', { currency })
                : t('settings.reward.shippingMax', { currency })
            }
            value={draft.amount}
            onChange={(amount) => onChange({ ...draft, amount })}
            {...(draft.kind === 'free_shipping' && { description: t('settings.reward.help.empty') })}
            error={issueText('amountMinor')}
            isDisabled={isDisabled}
            isRequired={draft.kind === 'fixed_amount'}
          />
        </div>
      </div>
    </Card>
  );
}

function Limits({ draft, onChange, issues, currency, isDisabled }: RewardFormProps) {
  const { t } = useTranslation();
  const issueText = useRewardIssueText(issues, currency);
  return (
    <Card title={t('settings.reward.limits')}>
      <div className="flex flex-col gap-4">
        <p className="text-ink-secondary">{t('settings.reward.help.empty')}</p>
        <TextField
          label={t('settings.reward.minimumSpend', { currency })}
          value={draft.minimumSpend}
          onChange={(minimumSpend) => onChange({ ...draft, minimumSpend })}
          error={issueText('minimumSpendMinor')}
          isDisabled={isDisabled}
        />
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField
            label={t('settings.reward.perCustomerMax')}
            value={draft.perCustomerMax}
            onChange={(perCustomerMax) => onChange({ ...draft, perCustomerMax })}
            valueMin={1}
            error={issueText('perCustomerMax')}
            isDisabled={isDisabled}
          />
          <NumberField
            label={t('settings.reward.totalMax')}
            value={draft.totalMax}
            onChange={(totalMax) => onChange({ ...draft, totalMax })}
            valueMin={1}
            error={issueText('totalMax')}
            isDisabled={isDisabled}
          />
        </div>
      </div>
    </Card>
  );
}

function Codes({ draft, onChange, issues, currency, isDisabled }: RewardFormProps) {
  const { t } = useTranslation();
  const issueText = useRewardIssueText(issues, currency);
  const { combinesWith } = draft;
  const combine = (change: Partial<RewardDraft['combinesWith']>) =>
    onChange({ ...draft, combinesWith: { ...combinesWith, ...change } });
  return (
    <Card title={t('settings.reward.codes')}>
      <div className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField
            label={t('settings.reward.validDays')}
            value={draft.validDays}
            onChange={(validDays) => onChange({ ...draft, validDays })}
            valueMin={1}
            description={t('settings.reward.help.validDays')}
            error={issueText('validDays')}
            isDisabled={isDisabled}
          />
          <TextField
            label={t('settings.reward.codePrefix')}
            value={draft.codePrefix}
            onChange={(codePrefix) => onChange({ ...draft, codePrefix: codePrefix.toUpperCase() })}
            description={t('settings.reward.help.codePrefix', { code: `${draft.codePrefix}-7K2M9QXR4TWV` })}
            error={issueText('codePrefix')}
            isDisabled={isDisabled}
          />
        </div>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-2 text-md">{t('settings.reward.combinesWith')}</legend>
          <Checkbox
            isSelected={combinesWith.productDiscounts}
            onChange={(productDiscounts) => combine({ productDiscounts })}
            isDisabled={isDisabled}
          >
            {t('settings.reward.productDiscounts')}
          </Checkbox>
          <Checkbox
            isSelected={combinesWith.orderDiscounts}
            onChange={(orderDiscounts) => combine({ orderDiscounts })}
            isDisabled={isDisabled}
          >
            {t('settings.reward.orderDiscounts')}
          </Checkbox>
          <Checkbox
            isSelected={combinesWith.shippingDiscounts}
            onChange={(shippingDiscounts) => combine({ shippingDiscounts })}
            isDisabled={isDisabled}
          >
            {t('settings.reward.shippingDiscounts')}
          </Checkbox>
        </fieldset>
      </div>
    </Card>
  );
}

function useRewardIssueText(issues: RewardIssues, currency: string): (field: string) => string | undefined {
  const { t } = useTranslation();
  const { number, locale } = useFormats();
  return (field) => {
    const issue = issues[field];
    if (issue === undefined) return undefined;
    if (typeof issue === 'object') {
      return t('settings.issues.range', { min: number(issue.min), max: number(issue.max) });
    }
    switch (issue) {
      case 'required':
        return t('settings.issues.required');
      case 'money':
        return t('settings.issues.money', { example: writeMoney(500, currency, locale), currency });
      case 'moneyAboveZero':
        return t('settings.issues.moneyAboveZero');
      case 'codePrefix':
        return t('settings.issues.codePrefix');
      case 'server':
        return t('settings.issues.server');
    }
  };
}
