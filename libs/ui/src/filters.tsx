import type { ReactNode } from 'react';
import { ButtonLink } from './button.tsx';
import { useUiTexts } from './texts.tsx';

type FiltersProps = {
  /** The search field, if there is one, and the selects. */
  children: ReactNode;
  /** The address without any of them; `null` while none is set. */
  clearTo: string | null;
};

export function Filters({ children, clearTo }: FiltersProps) {
  const texts = useUiTexts();
  return (
    <div className="flex flex-col gap-2 border-b border-line-secondary p-2 sm:flex-row sm:items-center">
      {children}
      {clearTo !== null && (
        <ButtonLink variant="tertiary" to={clearTo}>
          {texts.clearFilters}
        </ButtonLink>
      )}
    </div>
  );
}
