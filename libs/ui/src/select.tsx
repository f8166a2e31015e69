import { SelectIcon } from '@shopify/polaris-icons';
import { useId } from 'react';
import { fieldClass, inputClass, type FieldProps } from './field.tsx';
import { Icon } from './icon.tsx';

type SelectProps<Value extends string> = Omit<FieldProps, 'error'> & {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
};

/** The browser's own list: a phone shows its wheel, and a keyboard types ahead. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const { label, isLabelHidden = false, description, isDisabled = false, value, onChange, options } = props;
  const id = useId();
  return (
    <div className={fieldClass}>
      <label htmlFor={id} className={isLabelHidden ? 'sr-only' : 'text-md'}>
        {label}
      </label>
      <div className="relative">
        <select
          id={id}
          value={value}
          disabled={isDisabled}
          aria-describedby={description ? `${id}-description` : undefined}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen) onChange(chosen.value);
          }}
          className={`${inputClass} appearance-none pe-8`}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <span className="pointer-events-none absolute inset-y-0 end-2 flex items-center text-icon">
          <Icon source={SelectIcon} />
        </span>
      </div>
      {description && (
        <p id={`${id}-description`} className="text-ink-secondary">
          {description}
        </p>
      )}
    </div>
  );
}
