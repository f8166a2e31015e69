import type { ThemeBlock } from '@loyalnest/contracts/rest/overview';
import type { Tone } from '@loyalnest/ui/badge';

export type WidgetState = {
  block: ThemeBlock['state'];
  tone: Tone;
  /** The way to switch the block on, where that is what is missing. */
  editorPath: string | undefined;
};

/**
 * What is said of the widget in the storefront. The theme's word counts; without one, a storefront that has loaded the widget
 * says as much as is known, and one that never did is shown the way.
 */
export function widgetState(block: ThemeBlock | undefined, widgetSeenAt: string | null): WidgetState {
  const state = block?.state ?? 'unknown';
  const tones = { on: 'success', off: 'warning', unknown: 'base' } as const;
  const isMissing = state === 'off' || (state === 'unknown' && widgetSeenAt === null);
  return { block: state, tone: tones[state], editorPath: isMissing ? block?.editorPath : undefined };
}

/** A page of Shopify's admin, where App Bridge takes links to. */
export function adminLink(path: string): string {
  return `shopify://admin${path}`;
}
