import { useId, type ReactNode } from 'react';
import { Switch as AriaSwitch } from 'react-aria-components/Switch';

type SwitchProps = {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  description?: string;
  isDisabled?: boolean;
  children: ReactNode;
};

export function Switch({ isSelected, onChange, description, isDisabled = false, children }: SwitchProps) {
  const descriptionId = useId();
  return (
    <div>
      <AriaSwitch
        isSelected={isSelected}
        onChange={onChange}
        isDisabled={isDisabled}
        {...(description && { 'aria-describedby': descriptionId })}
        className="group flex items-start gap-3 data-disabled:text-ink-disabled"
      >
        <span
          aria-hidden
          className={
            'mt-0.5 flex h-4 w-7 shrink-0 items-center rounded-full border border-line-input bg-surface-tertiary p-0.5 ' +
            'group-data-selected:border-transparent group-data-selected:bg-fill-brand group-data-disabled:bg-fill-brand-disabled ' +
            'outline-line-focus group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-1'
          }
        >
          <span className="size-2.5 rounded-full bg-ink transition-transform group-data-selected:translate-x-3 group-data-selected:bg-ink-on-brand rtl:group-data-selected:-translate-x-3" />
        </span>
        <span>{children}</span>
      </AriaSwitch>
      {description && (
        <p id={descriptionId} className="ms-10 text-ink-secondary">
          {description}
        </p>
      )}
    </div>
  );
}
