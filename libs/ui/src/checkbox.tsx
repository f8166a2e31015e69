import { CheckSmallIcon } from '@shopify/polaris-icons';
import type { ReactNode } from 'react';
import { CheckboxButton, CheckboxField } from 'react-aria-components/Checkbox';
import { Text } from 'react-aria-components/Text';
import { Icon } from './icon.tsx';

type CheckboxProps = {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  description?: string;
  isDisabled?: boolean;
  children: ReactNode;
};

export function Checkbox({ isSelected, onChange, description, isDisabled = false, children }: CheckboxProps) {
  return (
    <CheckboxField
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
      className="flex flex-col items-start"
    >
      <CheckboxButton className="group flex items-start gap-2 data-disabled:text-ink-disabled">
        <span
          aria-hidden
          className={
            'mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-sm border border-line-input bg-surface text-ink-on-brand ' +
            'group-hover:border-line-input-hover group-data-selected:border-transparent group-data-selected:bg-fill-brand ' +
            'group-data-disabled:border-transparent group-data-disabled:bg-fill-brand-disabled ' +
            'outline-line-focus group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-1'
          }
        >
          {isSelected && <Icon source={CheckSmallIcon} />}
        </span>
        <span>{children}</span>
      </CheckboxButton>
      {description && (
        <Text slot="description" className="ms-6 text-ink-secondary">
          {description}
        </Text>
      )}
    </CheckboxField>
  );
}
