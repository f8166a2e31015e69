import type { ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components/Tooltip';

/** A word that explains itself to whoever points at it, reaches it by keyboard, or touches it. */
export function Tooltip({ content, children }: { content: string; children: ReactNode }) {
  return (
    <TooltipTrigger delay={300}>
      <Button className="cursor-help rounded-sm text-start underline decoration-dotted decoration-1 underline-offset-4">
        {children}
      </Button>
      <AriaTooltip
        offset={6}
        className="max-w-64 rounded-md bg-surface px-2 py-1 text-md text-ink shadow-popover ring-1 ring-line-secondary"
      >
        {content}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
