import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Frame, Page } from 'playwright-core';
import type { Bed } from '../../bed/bed.ts';
import { openEmbedded, readSeen, type Device } from './embedded.ts';

/** What people do, and how long the page took to show that it had noticed. */
export type Interaction = { what: string; durationMs: number };

/** After it, what the interaction changed has been drawn, and the browser has told how long that took. */
const settleMs = 700;

/** Goes through the customers as a merchant does. Each step's slowest interaction is told; below 16 ms it counts as 16. */
export async function measureInteractions(
  browser: Browser,
  { bed, device }: { bed: Bed; device: Device },
): Promise<Interaction[]> {
  const { page, frame, context } = await openEmbedded(browser, { bed, path: '/customers', device });
  const press = (locator: ReturnType<Frame['locator']>) => (device.name === 'mobile' ? locator.tap() : locator.click());
  const interactions: Interaction[] = [];
  const step = async (what: string, act: () => Promise<void>) => {
    const before = new Set((await readSeen(frame)).interactions.map(({ id }) => id));
    await act();
    await sleep(settleMs);
    const fresh = (await readSeen(frame)).interactions.filter(({ id }) => !before.has(id));
    interactions.push({ what, durationMs: Math.max(16, ...fresh.map(({ durationMs }) => durationMs)) });
  };
  try {
    await frame.getByRole('row').nth(5).waitFor();
    await step('sort', () => press(frame.getByRole('link', { name: 'Sort by Available' })));
    await step('next page', () => press(frame.getByRole('link', { name: 'Next page' })));
    await step('filter', async () => {
      await frame.getByLabel('Filter customers').focus();
      await page.keyboard.press('ArrowDown');
    });
    await step('search', async () => {
      await press(frame.getByRole('searchbox'));
      await page.keyboard.type('emma w', { delay: 80 });
    });
    await step('open a customer', () => press(frame.getByRole('row').nth(1).getByRole('link')));
    await frame.getByRole('button', { name: 'Adjust points' }).waitFor();
    await step('open a dialog', () => press(frame.getByRole('button', { name: 'Adjust points' })));
    await step('type a number', async () => {
      await press(frame.getByRole('dialog').getByRole('textbox', { name: 'Number of points' }));
      await page.keyboard.type('250', { delay: 80 });
    });
    await step('close the dialog', () => page.keyboard.press('Escape'));
    await step('go home', () => goHome(page));
    await frame.getByRole('heading', { name: 'Performance' }).waitFor();
    await step('other period', () => press(frame.getByText('365 days')));
  } finally {
    await context.close();
  }
  return interactions;
}

/** By the admin's own navigation, which a phone has behind a button; the press itself is outside of the frame. */
async function goHome(page: Page): Promise<void> {
  const link = page.locator('#app-home');
  if (!(await link.isVisible())) await page.locator('#menu').click();
  await link.click();
}
