import type { BrowserContextOptions } from 'playwright-core';

/** Below this a window is a phone's, with a finger instead of a mouse and scroll bars that take no room. */
const phoneWidthMax = 600;

/** A window for a picture: nothing moves in it. */
export function windowFor(size: { width: number; height: number }, locale: string): BrowserContextOptions {
  const isPhone = size.width < phoneWidthMax;
  return { viewport: size, isMobile: isPhone, hasTouch: isPhone, locale, reducedMotion: 'reduce' };
}
