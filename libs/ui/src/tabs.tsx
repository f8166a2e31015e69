import { useEffect, useRef, type ReactNode } from 'react';
import { Link } from 'react-router';

type Tab = { id: string; label: ReactNode; to: string };

type TabsProps = {
  label: string;
  tabs: readonly Tab[];
  current: string;
  /** `segmented`: a choice within a card, such as the days of a chart. */
  look?: 'tabs' | 'segmented';
};

/** Each tab is a place with an address, so they are links, and the browser's history leads through them. */
export function Tabs({ label, tabs, current, look = 'tabs' }: TabsProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => showCurrent(list.current), [current]);
  const frame =
    look === 'tabs' ? 'flex gap-1 overflow-x-auto p-1.5' : 'inline-flex gap-0.5 rounded-md bg-surface-tertiary p-0.5';
  return (
    <nav aria-label={label}>
      <ul ref={list} className={frame}>
        {tabs.map((tab) => (
          <li key={tab.id}>
            <Link
              to={tab.to}
              preventScrollReset
              replace={look === 'segmented'}
              aria-current={tab.id === current ? 'page' : undefined}
              className={tabClass(look, tab.id === current)}
            >
              {tab.label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** On a phone there may be more tabs than fit; the one that is open is seen whole. Only the row itself scrolls. */
function showCurrent(list: HTMLUListElement | null): void {
  const current = list?.querySelector('[aria-current]')?.getBoundingClientRect();
  if (!list || !current) return;
  const { left, right } = list.getBoundingClientRect();
  if (current.right > right) list.scrollLeft += current.right - right;
  else if (current.left < left) list.scrollLeft += current.left - left;
}

function tabClass(look: 'tabs' | 'segmented', isCurrent: boolean): string {
  const base =
    'flex min-h-7 items-center gap-1 rounded-md px-3 text-sm font-medium whitespace-nowrap text-ink no-underline';
  if (look === 'segmented')
    return `${base} ${isCurrent ? 'bg-surface shadow-card' : 'hover:bg-fill-transparent-hover'}`;
  return `${base} ${isCurrent ? 'bg-fill-tertiary' : 'hover:bg-fill-transparent-hover'}`;
}
