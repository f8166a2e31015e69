import { ChevronLeftIcon, ChevronRightIcon } from '@shopify/polaris-icons';
import { ButtonLink, Button } from './button.tsx';
import type { IconSource } from './icon.tsx';
import { useUiTexts } from './texts.tsx';

type PaginationProps = {
  /** Addresses; `null` where there is no such page. */
  previous: string | null;
  next: string | null;
};

/** For lists read by key: they know the page before and the page after, not how many there are. */
export function Pagination({ previous, next }: PaginationProps) {
  const texts = useUiTexts();
  if (previous === null && next === null) return null;
  return (
    <nav aria-label={texts.pages} className="flex justify-center gap-2 border-t border-line-secondary p-2">
      <Step to={previous} label={texts.previous} icon={PreviousIcon} />
      <Step to={next} label={texts.next} icon={NextIcon} />
    </nav>
  );
}

function Step({ to, label, icon }: { to: string | null; label: string; icon: IconSource }) {
  if (to === null) return <Button aria-label={label} icon={icon} isDisabled />;
  return <ButtonLink aria-label={label} icon={icon} to={to} />;
}

function PreviousIcon(props: React.SVGProps<SVGSVGElement>) {
  return <ChevronLeftIcon {...props} className={`${props.className ?? ''} rtl:-scale-x-100`} />;
}

function NextIcon(props: React.SVGProps<SVGSVGElement>) {
  return <ChevronRightIcon {...props} className={`${props.className ?? ''} rtl:-scale-x-100`} />;
}
