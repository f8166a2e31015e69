import { useUiTexts } from './texts.tsx';

/** A bar in place of a line of text. It has the line's height, so that nothing moves when the text comes. */
export function SkeletonText({ width = 'w-full', size = 'md' }: { width?: string; size?: 'sm' | 'md' | 'xl' }) {
  const heights = { sm: 'h-4', md: 'h-5', xl: 'h-8' };
  return (
    <span aria-hidden className={`flex items-center ${heights[size]}`}>
      <span className={`block h-3/5 animate-skeleton rounded-sm bg-fill-tertiary ${width}`} />
    </span>
  );
}

export function SkeletonLines({ lines = 3 }: { lines?: number }) {
  return (
    <div className="flex flex-col gap-1">
      {Array.from({ length: lines }, (_, line) => (
        <SkeletonText key={line} width={line === lines - 1 ? 'w-3/5' : 'w-full'} />
      ))}
    </div>
  );
}

/** Says once, to those who cannot see the bars, that something is on its way. */
export function LoadingNote() {
  return (
    <span role="status" className="sr-only">
      {useUiTexts().loading}
    </span>
  );
}

/** A page whose code is still on its way. */
export function SkeletonPage() {
  return (
    <div className="mx-auto w-full max-w-[62.375rem] px-4 pb-12 md:px-6">
      <LoadingNote />
      <div className="py-4">
        <SkeletonText width="w-40" size="xl" />
      </div>
      <div className="flex flex-col gap-4">
        {[3, 6, 4].map((lines) => (
          <div key={lines} className="rounded-lg bg-surface p-4 shadow-card ring-1 ring-line-secondary">
            <SkeletonLines lines={lines} />
          </div>
        ))}
      </div>
    </div>
  );
}
