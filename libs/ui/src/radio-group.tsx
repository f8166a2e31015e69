import { Label } from 'react-aria-components/Label';
import { RadioButton, RadioField, RadioGroup as AriaRadioGroup } from 'react-aria-components/RadioGroup';
import { Text } from 'react-aria-components/Text';
import type { FieldProps } from './field.tsx';

type RadioGroupProps<Value extends string> = Omit<FieldProps, 'description' | 'error'> & {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string; description?: string }[];
};

export function RadioGroup<Value extends string>(props: RadioGroupProps<Value>) {
  const { label, isLabelHidden = false, isDisabled = false, value, onChange, options } = props;
  return (
    <AriaRadioGroup
      value={value}
      onChange={(next) => {
        const chosen = options.find((option) => option.value === next);
        if (chosen) onChange(chosen.value);
      }}
      isDisabled={isDisabled}
      className="flex flex-col gap-2"
    >
      <Label className={isLabelHidden ? 'sr-only' : 'text-md'}>{label}</Label>
      {options.map((option) => (
        <RadioField key={option.value} value={option.value} className="flex flex-col items-start">
          <RadioButton className="group flex items-start gap-2 data-disabled:text-ink-disabled">
            <span
              aria-hidden
              className={
                'mt-0.5 flex size-4 shrink-0 items-center justify-center rounded-full border border-line-input bg-surface ' +
                'group-hover:border-line-input-hover group-data-selected:border-transparent group-data-selected:bg-fill-brand ' +
                'outline-line-focus group-data-focus-visible:outline-2 group-data-focus-visible:outline-offset-1'
              }
            >
              <span className="hidden size-1.5 rounded-full bg-surface group-data-selected:block" />
            </span>
            <span>{option.label}</span>
          </RadioButton>
          {option.description && (
            <Text slot="description" className="ms-6 text-ink-secondary">
              {option.description}
            </Text>
          )}
        </RadioField>
      ))}
    </AriaRadioGroup>
  );
}
