import { useId, type ReactNode } from 'react';

type CardProps = {
  title?: string;
  /** Beside the title, at the end of the line. */
  actions?: ReactNode;
  /** A table fills its card from edge to edge. */
  isFlush?: boolean;
  children: ReactNode;
};

export function Card({ title, actions, isFlush = false, children }: CardProps) {
  const titleId = useId();
  const inset = 'p-4';
  return (
    <section
      aria-labelledby={title ? titleId : undefined}
      className="overflow-clip rounded-lg bg-surface shadow-card ring-1 ring-line-secondary"
    >
      {(title || actions) && (
        <div className={`flex flex-wrap items-center justify-between gap-2 px-4 pt-4 ${isFlush ? 'pb-3' : ''}`}>
          {title && (
            <h2 id={titleId} className="text-lg font-semibold">
              {title}
            </h2>
          )}
          {actions}
        </div>
      )}
      <div className={isFlush ? '' : inset}>{children}</div>
    </section>
  );
}
