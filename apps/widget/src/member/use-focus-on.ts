import { useEffect, useRef } from 'preact/hooks';

/** Takes the focus to the element whenever `value` has become another one, so that what is new is read out. */
export function useFocusOn<E extends HTMLElement>(value: unknown) {
  const element = useRef<E>(null);
  const known = useRef(value);
  useEffect(() => {
    if (value === known.current) return;
    known.current = value;
    element.current?.focus();
  }, [value]);
  return element;
}
