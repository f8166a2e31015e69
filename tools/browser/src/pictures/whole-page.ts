import type { Page } from 'playwright-core';
import { settle } from '../settle.ts';

/** A page that has not ended by then is a list that goes on. */
const heightMax = 3_000;

/**
 * The whole page in one picture. The app lies in a frame that scrolls by itself, so the window is made as high as what is in
 * the frame; a panel that lies over its page stays as it is seen.
 */
export async function takeWhole(page: Page): Promise<Buffer> {
  await settle(page);
  const frame = page.frame({ name: 'app-iframe' });
  const size = page.viewportSize();
  // A dialog is in the middle of what can be seen, and would be far from what it is about.
  if (frame && size && (await frame.locator('[role="dialog"]').count()) === 0) {
    const hidden = await frame.evaluate<number>('document.documentElement.scrollHeight - innerHeight');
    const height = Math.min(heightMax, size.height + Math.max(0, hidden));
    if (height !== size.height) {
      await page.setViewportSize({ ...size, height });
      await settle(page);
    }
  }
  return page.screenshot();
}
