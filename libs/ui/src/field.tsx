import type { ReactNode } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';

/** What every field has around it. */
export type FieldProps = {
  label: string;
  /** For fields whose place says what they are; screen readers still hear the label. */
  isLabelHidden?: boolean;
  description?: ReactNode;
  /** Why the value cannot be taken, and what would do. */
  error?: string | undefined;
  isDisabled?: boolean;
};

export const inputClass =
  'min-h-8 w-full min-w-0 rounded-md bg-(--p-color-input-bg-surface) px-3 py-1.5 text-field text-ink md:text-md ' +
  'border border-line-input hover:border-line-input-hover placeholder:text-ink-secondary ' +
  'data-invalid:border-line-critical data-invalid:bg-surface-critical ' +
  'disabled:border-transparent disabled:bg-fill-disabled disabled:text-ink-disabled';

export function FieldLabel({ label, isLabelHidden = false }: Pick<FieldProps, 'label' | 'isLabelHidden'>) {
  return <Label className={isLabelHidden ? 'sr-only' : 'text-md'}>{label}</Label>;
}

export function FieldNotes({ description, error }: Pick<FieldProps, 'description' | 'error'>) {
  return (
    <>
      <FieldError className="text-md text-ink-critical">{error}</FieldError>
      {description && (
        <Text slot="description" className="text-ink-secondary">
          {description}
        </Text>
      )}
    </>
  );
}

export const fieldClass = 'flex min-w-0 flex-col gap-1';
