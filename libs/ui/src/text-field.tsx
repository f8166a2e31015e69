import { Input } from 'react-aria-components/Input';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField as AriaTextField } from 'react-aria-components/TextField';
import { FieldLabel, FieldNotes, fieldClass, inputClass, type FieldProps } from './field.tsx';

type TextFieldProps = FieldProps & {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  /** More than one makes it a field of several lines. */
  lines?: number;
  placeholder?: string;
  lengthMax?: number;
  isRequired?: boolean;
  autoFocus?: boolean;
  type?: 'text' | 'email' | 'url';
};

export function TextField(props: TextFieldProps) {
  const { value, onChange, onBlur, lines = 1, placeholder = '', lengthMax, type = 'text' } = props;
  const { label, isLabelHidden = false, description, error } = props;
  return (
    <AriaTextField
      value={value}
      onChange={onChange}
      {...(onBlur && { onBlur })}
      {...(lengthMax !== undefined && { maxLength: lengthMax })}
      type={type}
      isInvalid={error !== undefined}
      isDisabled={props.isDisabled ?? false}
      isRequired={props.isRequired ?? false}
      autoFocus={props.autoFocus ?? false}
      validationBehavior="aria"
      className={fieldClass}
    >
      <FieldLabel label={label} isLabelHidden={isLabelHidden} />
      {lines > 1 ? (
        <TextArea rows={lines} placeholder={placeholder} className={inputClass} />
      ) : (
        <Input placeholder={placeholder} className={inputClass} />
      )}
      <FieldNotes description={description} error={error} />
    </AriaTextField>
  );
}
