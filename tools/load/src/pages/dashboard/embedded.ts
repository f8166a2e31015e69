import { gzipSync } from 'node:zlib';
import { adminAddress } from '@loyalnest/browser/admin';
import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import type { Bed } from '../../bed/bed.ts';
import { largeShop } from '../shop/large-shop.ts';

/** A screen and the processor behind it. Phones are slower than this machine: as much as in Lighthouse's mobile preset. */
export type Device = { name: 'desktop' | 'mobile'; slowDown: number };
export const desktop: Device = { name: 'desktop', slowDown: 1 };
export const mobile: Device = { name: 'mobile', slowDown: 4 };

const screens = {
  desktop: { viewport: { width: 1_350, height: 940 } },
  mobile: { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true },
};

const openMs = 60_000;
/** Without a request for this long, a page has loaded what it wants. */
const quietMs = 500;

/** Notes what the browser tells of paints, shifts and interactions, in every frame from its first moment on. */
const observers = `
  const seen = (window.seenByBench = { lcpMs: 0, cls: 0, interactions: [] });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.lcpMs = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.cls += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (entry.interactionId) seen.interactions.push({ id: entry.interactionId, kind: entry.name, durationMs: entry.duration });
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
`;

export type Seen = {
  /** From the frame's own navigation on. */
  lcpMs: number;
  cls: number;
  interactions: { id: number; kind: string; durationMs: number }[];
};

export type Embedded = { page: Page; frame: Frame; context: BrowserContext; scripts: Promise<Map<string, number>> };

/** Opens a page of the app in the admin, in a browser that has never been there, and waits until it is quiet. */
export async function openEmbedded(
  browser: Browser,
  { bed, path, device }: { bed: Bed; path: string; device: Device },
): Promise<Embedded> {
  const context = await browser.newContext({
    ...screens[device.name],
    locale: 'en-US',
    reducedMotion: 'no-preference',
  });
  await context.addInitScript({ content: observers });
  const page = await context.newPage();
  const quiet = watchRequests(page);
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: device.slowDown });
  const scripts: Promise<[url: string, bytes: number]>[] = [];
  const { serverUrl } = bed.instance;
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'script' || !response.url().startsWith(serverUrl)) return;
    scripts.push(response.body().then((body) => [response.url(), gzipSync(body, { level: 9 }).length]));
  });
  const address = adminAddress({ simulatorUrl: bed.instance.simulatorUrl, shop: largeShop, path, locale: 'en' });
  await page.goto(address, { waitUntil: 'load', timeout: openMs });
  const frame = page.frames().find((candidate) => candidate.url().startsWith(serverUrl));
  if (!frame) throw new Error(`the app is not in its frame at ${address}`);
  await frame.getByRole('heading', { level: 1 }).waitFor({ timeout: openMs });
  await quiet();
  return { page, frame, context, scripts: Promise.all(scripts).then((entries) => new Map(entries)) };
}

/**
 * Waits until a page and its frames ask for nothing. The browser's own word for it, `networkidle`, does not come for a frame
 * that has been emulating a phone.
 */
function watchRequests(page: Page): () => Promise<void> {
  let underWay = 0;
  let lastMs = performance.now();
  const count = (change: number) => () => {
    underWay += change;
    lastMs = performance.now();
  };
  page.on('request', count(1)).on('requestfinished', count(-1)).on('requestfailed', count(-1));
  return async () => {
    const deadlineMs = performance.now() + openMs;
    while (underWay > 0 || performance.now() - lastMs < quietMs) {
      if (performance.now() > deadlineMs) throw new Error(`${underWay} requests of ${page.url()} are not answered`);
      await page.waitForTimeout(50);
    }
  };
}

export function readSeen(frame: Frame): Promise<Seen> {
  return frame.evaluate<Seen>('window.seenByBench');
}
