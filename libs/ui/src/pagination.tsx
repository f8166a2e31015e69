import { ChevronLeftIcon, ChevronRightIcon } from '@shopify/polaris-icons';
import { ButtonLink, Button } from './button.tsx';
import type { IconSource } from './icon.tsx';
import { useUiTexts } from './texts.tsx';

/** Where a page is, and what its history entry remembers, such as the way back. */
export type PagePlace = { to: string; state?: unknown };

type PaginationProps = {
  /** `null` where there is no such page. */
  previous: PagePlace | null;
  next: PagePlace | null;
};

/** For lists read by key: they know the page before and the page after, not how many there are. */
export function Pagination({ previous, next }: PaginationProps) {
  const texts = useUiTexts();
  if (previous === null && next === null) return null;
  return (
    <nav aria-label={texts.pages} className="flex justify-center gap-2 border-t border-line-secondary p-2">
      <Step place={previous} label={texts.previous} icon={PreviousIcon} />
      <Step place={next} label={texts.next} icon={NextIcon} />
    </nav>
  );
}

function Step({ place, label, icon }: { place: PagePlace | null; label: string; icon: IconSource }) {
  if (place === null) return <Button aria-label={label} icon={icon} isDisabled />;
  return <ButtonLink aria-label={label} icon={icon} to={place.to} state={place.state} />;
}

function PreviousIcon(props: React.SVGProps<SVGSVGElement>) {
  return <ChevronLeftIcon {...props} className={`${props.className ?? ''} rtl:-scale-x-100`} />;
}

function NextIcon(props: React.SVGProps<SVGSVGElement>) {
  return <ChevronRightIcon {...props} className={`${props.className ?? ''} rtl:-scale-x-100`} />;
}
