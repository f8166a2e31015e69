import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';

/** Placeholders that a page shows while it waits for figures or words: the dashboard's, and the widget's. */
const placeholders = '.animate-skeleton, .skeleton';

/** What was drawn last is on the screen when the frame after it begins. */
const painted = 'new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(settle)))';

/** Waits until nothing that can be seen is still to come, and nothing moves any more. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  for (const frame of page.frames()) {
    if (frame.url() === 'about:blank') continue;
    await awaitContent(frame);
    await frame.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
    await frame.evaluate(painted);
  }
}

/** The app has drawn its page, with everything that it asked for. */
export async function awaitContent(place: Frame | FrameLocator): Promise<void> {
  await place.locator('h1').first().waitFor();
  await awaitNone(place.locator(placeholders));
}

/** Placeholders go one by one, so they are waited for until there is none left. */
async function awaitNone(places: Locator): Promise<void> {
  while ((await places.count()) > 0) await places.first().waitFor({ state: 'detached' });
}
