import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import type { Browser, Page } from 'playwright-core';
import { settle } from '../settle.ts';
import type { DemoShop } from './demo-shop.ts';
import { scenes } from './scenes.ts';
import { windowFor } from './window.ts';

/** What README.md and docs/ show: a scene, and the window that it is seen in. */
const pictures = [
  { file: 'home', scene: 'home', width: 1280, height: 800, locale: 'en' },
  { file: 'customer', scene: 'customer', width: 1280, height: 800, locale: 'en' },
  { file: 'programme', scene: 'programme-changed', width: 1280, height: 800, locale: 'en' },
  { file: 'widget', scene: 'widget-member', width: 1280, height: 800, locale: 'en' },
  { file: 'activity', scene: 'activity', width: 1280, height: 800, locale: 'en' },
  { file: 'home-arabic', scene: 'home', width: 360, height: 760, locale: 'ar' },
  { file: 'widget-phone', scene: 'widget-redeem', width: 360, height: 760, locale: 'en' },
] as const;

/** They are in the repository for good, and on every page that shows them. */
const bytesMax = 60_000;
const bytesInAllMax = 400_000;
/** The best that is small enough is taken. */
const qualities = [90, 80, 70, 60, 50];

export async function takeDocumentPictures(
  browser: Browser,
  { demo, folder }: { demo: DemoShop; folder: string },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const { file, scene: name, width, height, locale } of pictures) {
    const scene = scenes.find((one) => one.name === name);
    if (!scene) throw new Error(`there is no scene ${name}`);
    const context = await browser.newContext(windowFor({ width, height }, locale));
    const page = await context.newPage();
    await scene.show(page, { demo, locale });
    await settle(page);
    const picture = await takeSmall(page, file);
    bytes += picture.length;
    writeFileSync(join(folder, `${file}.webp`), picture);
    process.stdout.write(`${file}.webp ${picture.length} bytes\n`);
    await context.close();
  }
  if (bytes > bytesInAllMax) throw new UserError(`the pictures have ${bytes} bytes in all, more than ${bytesInAllMax}`);
}

/** Chromium writes WebP, though Playwright does not ask for it. */
async function takeSmall(page: Page, file: string): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  for (const quality of qualities) {
    const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality });
    const picture = Buffer.from(data, 'base64');
    if (picture.length <= bytesMax) return picture;
  }
  throw new UserError(`${file} has more than ${bytesMax} bytes at the lowest quality`);
}
