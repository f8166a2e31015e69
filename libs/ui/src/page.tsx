import { ArrowLeftIcon } from '@shopify/polaris-icons';
import { useEffect, useRef, type ReactNode } from 'react';
import { ButtonLink } from './button.tsx';
import { useUiTexts } from './texts.tsx';

type PageProps = {
  title: string;
  /** Beside the title, such as a badge. */
  titleMetadata?: ReactNode;
  subtitle?: ReactNode;
  /** Where the page was come to from. */
  back?: string;
  actions?: ReactNode;
  width?: 'standard' | 'narrow' | 'full';
  children: ReactNode;
};

const widths = { standard: 'max-w-[62.375rem]', narrow: 'max-w-[41.375rem]', full: 'max-w-none' };

/** The browser itself puts the focus where a first page begins. */
let isFirstPage = true;

export function Page({ title, titleMetadata, subtitle, back, actions, width = 'standard', children }: PageProps) {
  const texts = useUiTexts();
  useEffect(() => {
    document.title = `${title} · LoyalNest`;
  }, [title]);

  // Where a link led to another page, the link is gone and the focus with it: reading goes on at the new page's title.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true });
    isFirstPage = false;
  }, []);

  return (
    <div className={`mx-auto w-full px-4 pb-12 md:px-6 ${widths[width]}`}>
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3 py-4">
        <div className="flex min-w-0 items-start gap-2">
          {back && <ButtonLink variant="tertiary" to={back} icon={BackIcon} aria-label={texts.back} />}
          <div className="min-w-0">
            <div className="flex flex-wrap items-center gap-2">
              <h1 ref={heading} tabIndex={-1} className="text-xl font-bold break-words outline-none">
                {/* A name keeps its direction where text runs the other way: "5 EUR off". */}
                <bdi>{title}</bdi>
              </h1>
              {titleMetadata}
            </div>
            {subtitle && <p className="mt-0.5 text-ink-secondary">{subtitle}</p>}
          </div>
        </div>
        {/* On a phone they have a line of their own, so that a longer title does not move them. */}
        {actions && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{actions}</div>}
      </header>
      <div className="flex flex-col gap-4">{children}</div>
    </div>
  );
}

function BackIcon(props: React.SVGProps<SVGSVGElement>) {
  return <ArrowLeftIcon {...props} className={`${props.className ?? ''} rtl:-scale-x-100`} />;
}
