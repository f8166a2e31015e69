import { ChevronDownIcon, ChevronUpIcon } from '@shopify/polaris-icons';
import { Button } from 'react-aria-components/Button';
import { Group } from 'react-aria-components/Group';
import { Input } from 'react-aria-components/Input';
import { NumberField as AriaNumberField } from 'react-aria-components/NumberField';
import { FieldLabel, FieldNotes, fieldClass, type FieldProps } from './field.tsx';
import { Icon, type IconSource } from './icon.tsx';

type NumberFieldProps = FieldProps & {
  /** `null` while the field is empty. */
  value: number | null;
  onChange: (value: number | null) => void;
  valueMin?: number;
  valueMax?: number;
  step?: number;
  format?: Intl.NumberFormatOptions;
  /** Such as a unit, after the number. */
  suffix?: string;
  isRequired?: boolean;
  autoFocus?: boolean;
};

/** Takes and shows numbers as the reader's language writes them. */
export function NumberField(props: NumberFieldProps) {
  const { value, onChange, valueMin, valueMax, step, format, suffix } = props;
  const { label, isLabelHidden = false, description, error } = props;
  return (
    <AriaNumberField
      value={value ?? Number.NaN}
      onChange={(next) => onChange(Number.isNaN(next) ? null : next)}
      {...(valueMin !== undefined && { minValue: valueMin })}
      {...(valueMax !== undefined && { maxValue: valueMax })}
      {...(step !== undefined && { step })}
      {...(format && { formatOptions: format })}
      isInvalid={error !== undefined}
      isDisabled={props.isDisabled ?? false}
      isRequired={props.isRequired ?? false}
      autoFocus={props.autoFocus ?? false}
      validationBehavior="aria"
      isWheelDisabled
      className={fieldClass}
    >
      <FieldLabel label={label} isLabelHidden={isLabelHidden} />
      <Group
        className={
          'flex min-h-8 items-stretch overflow-clip rounded-md border border-line-input bg-(--p-color-input-bg-surface) ' +
          'hover:border-line-input-hover data-focus-within:outline-2 data-focus-within:outline-line-focus ' +
          'data-invalid:border-line-critical data-invalid:bg-surface-critical data-disabled:border-transparent data-disabled:bg-fill-disabled'
        }
      >
        <Input className="min-w-0 flex-1 px-3 py-1.5 text-field text-ink tabular-nums outline-none disabled:text-ink-disabled md:text-md" />
        {suffix && <span className="self-center pe-2 text-ink-secondary">{suffix}</span>}
        <span className="flex flex-col border-s border-line">
          <Step slot="increment" icon={ChevronUpIcon} />
          <Step slot="decrement" icon={ChevronDownIcon} />
        </span>
      </Group>
      <FieldNotes description={description} error={error} />
    </AriaNumberField>
  );
}

function Step({ slot, icon }: { slot: 'increment' | 'decrement'; icon: IconSource }) {
  return (
    <Button
      slot={slot}
      className="flex flex-1 items-center px-1 text-icon hover:bg-surface-hover data-disabled:text-ink-disabled"
    >
      <Icon source={icon} size="small" />
    </Button>
  );
}
