import type { ReactNode } from 'react';
import { SwitchButton, SwitchField } from 'react-aria-components/Switch';
import { Text } from 'react-aria-components/Text';

type SwitchProps = {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  description?: string;
  isDisabled?: boolean;
  children: ReactNode;
};

export function Switch({ isSelected, onChange, description, isDisabled = false, children }: SwitchProps) {
  return (
    <SwitchField
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
      className="flex flex-col items-start"
    >
      <SwitchButton className="group flex items-start gap-3 data-disabled:text-ink-disabled">
        <span
          aria-hidden
          className={
            'mt-0.5 flex h-4 w-7 shrink-0 items-center rounded-full border border-line-input bg-surface-tertiary p-0.5 ' +
            'group-data-selected:border-transparent group-data-selected:bg-fill-brand group-data-disabled:bg-fill-brand-disabled ' +
            'outline-line-focus group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-1'
          }
        >
          <span className="size-2.5 rounded-full bg-ink transition-transform group-data-selected:translate-x-3 group-data-selected:bg-surface rtl:group-data-selected:-translate-x-3" />
        </span>
        <span>{children}</span>
      </SwitchButton>
      {description && (
        <Text slot="description" className="ms-10 text-ink-secondary">
          {description}
        </Text>
      )}
    </SwitchField>
  );
}
