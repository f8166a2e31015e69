import { SearchIcon, XCircleIcon } from '@shopify/polaris-icons';
import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Input } from 'react-aria-components/Input';
import { SearchField as AriaSearchField } from 'react-aria-components/SearchField';
import { inputClass } from './field.tsx';
import { Icon } from './icon.tsx';

type SearchFieldProps = {
  label: string;
  /** What is being looked for now, as the address says. */
  value: string;
  /** Called when the reader pauses, presses Enter, or clears the field. */
  onSearch: (text: string) => void;
};

/** A reader who types does not pause longer than this between two letters of a word. */
const pauseMs = 300;

export function SearchField({ label, value, onSearch }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const [known, setKnown] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  // The address can change without the field: by the browser's back button, or by clearing all filters.
  if (value !== known) {
    setKnown(value);
    setText(value);
  }

  const search = (next: string) => {
    clearTimeout(timer.current);
    setKnown(next.trim());
    onSearch(next.trim());
  };

  return (
    <AriaSearchField
      aria-label={label}
      value={text}
      onChange={(next) => {
        setText(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => search(next), pauseMs);
      }}
      onSubmit={search}
      onClear={() => search('')}
      className="group relative min-w-0 flex-1"
    >
      <span className="pointer-events-none absolute inset-y-0 start-2 flex items-center text-icon">
        <Icon source={SearchIcon} />
      </span>
      <Input placeholder={label} className={`${inputClass} ps-9 pe-9 [&::-webkit-search-cancel-button]:hidden`} />
      <Button className="absolute inset-y-0 end-1.5 my-auto flex size-6 items-center justify-center rounded-sm text-icon group-data-empty:hidden">
        <Icon source={XCircleIcon} />
      </Button>
    </AriaSearchField>
  );
}
