import { scenes, type Scene } from '@loyalnest/browser/pictures/scenes';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { expectAccessible } from './accessible.ts';
import { startBrowsing } from './browsing.ts';
import { openBusyShop, type BusyShop } from './busy-shop.ts';

const running = inject('running');
const browsing = startBrowsing();
const phone = { width: 360, height: 740 };

let demo: BusyShop;

beforeAll(async () => {
  demo = await openBusyShop(running);
});

/** What a picture is taken of is what has to work for everybody. Both languages go side by side, to save time. */
describe('in English and Arabic', () => {
  it.each(scenes)('$name breaks no rule of WCAG 2.1 AA, and fits a phone', async (scene) => {
    await Promise.all(['en', 'ar'].map((locale) => expectForEverybody(scene, locale)));
  });
});

async function expectForEverybody({ name, show }: Scene, locale: string): Promise<void> {
  const { page, context, expects } = await browsing.person({ locale, reducedMotion: 'reduce' });
  // There is no such customer, and the page says so.
  if (name === 'customer-unknown') expects(/status of 404 .*\/(members\/1\b|history)/);
  // Outside of the admin App Bridge has nothing to hold on to; the page shows the way there.
  if (name === 'outside-admin') expects(/App Bridge: missing required configuration fields/);
  await show(page, { demo, locale });
  await expectAccessible(page);
  await page.setViewportSize(phone);
  await expectAccessible(page);
  await expectNoSidewaysScrolling(page);
  await context.close();
}

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const frame = page.frame({ name: 'app-iframe' }) ?? page.mainFrame();
  const hiddenPx = await frame.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(hiddenPx).toBeLessThanOrEqual(0);
}
