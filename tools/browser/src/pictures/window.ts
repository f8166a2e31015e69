import type { BrowserContextOptions } from 'playwright-core';

/** Below this a window is a phone's, whose scroll bars take no room. */
const phoneWidthMax = 600;

/** A window for a picture: nothing moves in it. */
export function windowFor(size: { width: number; height: number }, locale: string): BrowserContextOptions {
  return { viewport: size, isMobile: size.width < phoneWidthMax, locale, reducedMotion: 'reduce' };
}
