import { Card } from '@loyalnest/ui/card';
import { Checkbox } from '@loyalnest/ui/checkbox';
import { NumberField } from '@loyalnest/ui/number-field';
import { RadioGroup } from '@loyalnest/ui/radio-group';
import { Select } from '@loyalnest/ui/select';
import { Switch } from '@loyalnest/ui/switch';
import { TextField } from '@loyalnest/ui/text-field';
import { useTranslation } from 'react-i18next';
import type { Draft } from './draft.ts';
import type { CardProps } from './EarningTab.tsx';
import { useIssueText } from './use-issue-text.ts';

type Purchase = Draft['purchase'];

/** How an order earns. While purchases earn nothing, there is nothing else to choose. */
export function PurchaseCard({ programme, currency, isDisabled }: CardProps & { currency: string }) {
  const { t } = useTranslation();
  const { purchase } = programme.draft;
  const set = (change: Partial<Purchase>) =>
    programme.change((draft) => ({ ...draft, purchase: { ...draft.purchase, ...change } }));
  const parts = { purchase, set, programme, isDisabled };
  return (
    <Card title={t('settings.field.purchase')}>
      <div className="flex flex-col gap-4">
        <Switch isSelected={purchase.isOn} onChange={(isOn) => set({ isOn })} isDisabled={isDisabled}>
          {t('settings.help.purchase')}
        </Switch>
        {purchase.isOn && (
          <>
            <Amount {...parts} currency={currency} />
            <When {...parts} />
            <WhatCounts {...parts} />
          </>
        )}
      </div>
    </Card>
  );
}

type PartProps = CardProps & { purchase: Purchase; set: (change: Partial<Purchase>) => void };

function Amount({ purchase, set, programme, isDisabled, currency }: PartProps & { currency: string }) {
  const { t } = useTranslation();
  const issueText = useIssueText(programme.issues);
  return (
    <>
      <RadioGroup
        label={t('settings.field.kind')}
        value={purchase.kind}
        onChange={(kind) => set({ kind })}
        isDisabled={isDisabled}
        options={[
          { value: 'rate', label: t('settings.kind.rate') },
          { value: 'fixed', label: t('settings.kind.fixed') },
        ]}
      />
      {purchase.kind === 'rate' ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t('settings.field.rate')}
            value={purchase.rate}
            onChange={(rate) => set({ rate })}
            description={t('settings.help.rate', { currency })}
            error={issueText('purchase.rate')}
            isDisabled={isDisabled}
          />
          <Select
            label={t('settings.field.rounding')}
            value={purchase.rounding}
            onChange={(rounding) => set({ rounding })}
            isDisabled={isDisabled}
            options={[
              { value: 'down', label: t('settings.rounding.down') },
              { value: 'nearest', label: t('settings.rounding.nearest') },
              { value: 'up', label: t('settings.rounding.up') },
            ]}
          />
        </div>
      ) : (
        <NumberField
          label={t('settings.field.fixedPoints')}
          value={purchase.fixedPoints}
          onChange={(fixedPoints) => set({ fixedPoints })}
          valueMin={0}
          error={issueText('purchase.fixedPoints')}
          isDisabled={isDisabled}
        />
      )}
    </>
  );
}

function When({ purchase, set, programme, isDisabled }: PartProps) {
  const { t } = useTranslation();
  const issueText = useIssueText(programme.issues);
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select
        label={t('settings.field.earnsWhen')}
        value={purchase.earnsWhen}
        onChange={(earnsWhen) => set({ earnsWhen })}
        isDisabled={isDisabled}
        options={[
          { value: 'created', label: t('settings.earnsWhen.created') },
          { value: 'paid', label: t('settings.earnsWhen.paid') },
          { value: 'fulfilled', label: t('settings.earnsWhen.fulfilled') },
        ]}
      />
      <NumberField
        label={t('settings.field.approvalDays')}
        value={purchase.approvalDays}
        onChange={(approvalDays) => set({ approvalDays })}
        valueMin={0}
        description={t('settings.help.approvalDays')}
        error={issueText('purchase.approvalDays')}
        isDisabled={isDisabled}
      />
    </div>
  );
}

function WhatCounts({ purchase, set, programme, isDisabled }: PartProps) {
  const { t } = useTranslation();
  const { counts } = purchase;
  return (
    <>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 text-md">{t('settings.help.counts')}</legend>
        <Checkbox
          isSelected={counts.tax}
          onChange={(tax) => set({ counts: { ...counts, tax } })}
          isDisabled={isDisabled}
        >
          {t('settings.field.tax')}
        </Checkbox>
        <Checkbox
          isSelected={counts.shipping}
          onChange={(shipping) => set({ counts: { ...counts, shipping } })}
          isDisabled={isDisabled}
        >
          {t('settings.field.shipping')}
        </Checkbox>
        <Checkbox
          isSelected={counts.discountedPart}
          onChange={(discountedPart) => set({ counts: { ...counts, discountedPart } })}
          isDisabled={isDisabled}
        >
          {t('settings.field.discountedPart')}
        </Checkbox>
      </fieldset>
      <Checkbox
        isSelected={purchase.guestsMayClaim}
        onChange={(guestsMayClaim) => set({ guestsMayClaim })}
        isDisabled={isDisabled}
        description={t('settings.help.guests')}
      >
        {t('settings.field.guests')}
      </Checkbox>
      <Exclusions {...{ purchase, set, programme, isDisabled }} />
    </>
  );
}

/** What never earns. */
function Exclusions({ purchase, set, programme, isDisabled }: PartProps) {
  const { t } = useTranslation();
  const issueText = useIssueText(programme.issues);
  return (
    <>
      <TextField
        label={t('settings.field.excludedProducts')}
        value={purchase.excludedProductIds}
        onChange={(excludedProductIds) => set({ excludedProductIds })}
        lines={2}
        description={t('settings.help.excludedProducts')}
        error={issueText('purchase.excludedProductIds')}
        isDisabled={isDisabled}
      />
      <TextField
        label={t('settings.field.excludedCollections')}
        value={purchase.excludedCollectionIds}
        onChange={(excludedCollectionIds) => set({ excludedCollectionIds })}
        description={t('settings.help.excludedCollections')}
        error={issueText('purchase.excludedCollectionIds')}
        isDisabled={isDisabled}
      />
      <TextField
        label={t('settings.field.excludedTags')}
        value={purchase.excludedTags}
        onChange={(excludedTags) => set({ excludedTags })}
        description={t('settings.help.excludedTags')}
        error={issueText('purchase.excludedTags')}
        isDisabled={isDisabled}
      />
    </>
  );
}
