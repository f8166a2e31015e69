import { openApp } from '@loyalnest/browser/admin';
import { logIn, storefrontAddress, widgetOf } from '@loyalnest/browser/storefront';
import type { Frame, Page } from 'playwright-core';
import { beforeAll, expect, inject, it } from 'vitest';
import { expectShown, startBrowsing } from './browsing.ts';
import { openBusyShop, type BusyShop } from './busy-shop.ts';

const running = inject('running');
const browsing = startBrowsing();
/** Further than this nobody presses Tab. */
const stopsMax = 60;

let busy: BusyShop;

beforeAll(async () => {
  busy = await openBusyShop(running);
});

/** Where the focus is, through shadow trees: its name, and whether a ring is around it or what it lies in. */
const focused = `(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element) return { name: '', isVisible: false };
  const label = element.labels?.[0]?.innerText ?? element.getAttribute('aria-label') ?? element.innerText ?? '';
  const hasRing = ({ outlineStyle, outlineWidth }) => outlineStyle !== 'none' && outlineWidth !== '0px';
  const places = [element, element.parentElement, element.closest('label'), element.closest('tr')].filter(Boolean);
  const styles = [...places.map((place) => getComputedStyle(place)), getComputedStyle(element, '::after')];
  return { name: label.replace(/\\s+/g, ' ').trim(), isVisible: styles.some(hasRing) };
})()`;

type Focus = { name: string; isVisible: boolean };

/** Presses Tab until the focus is at what is called so; it has to be visible there. */
async function tabTo(page: Page, place: Frame, name: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < stopsMax; stop += 1) {
    await page.keyboard.press('Tab');
    const focus = await place.evaluate<Focus>(focused);
    if (name.test(focus.name)) {
      expect(focus).toMatchObject({ isVisible: true });
      return;
    }
    seen.push(focus.name);
  }
  throw new Error(`Tab does not lead to ${String(name)}, but to ${seen.join(' | ')}`);
}

const nameOfFocus = async (place: Frame) => (await place.evaluate<Focus>(focused)).name;

it('a merchant finds a customer, gives points and undoes it without a mouse', async () => {
  const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
  const { simulatorUrl, shop } = busy;
  const app = await openApp(page, { simulatorUrl, shop, path: '/customers' });
  await expectShown(app.getByRole('link', { name: 'Ada Byron' }));
  const frame = page.frame({ name: 'app-iframe' });
  if (!frame) throw new Error('the admin shows no app');

  await tabTo(page, frame, /^Search by name or email$/);
  await page.keyboard.type('bo@example');
  await app.getByRole('link', { name: 'Ada Byron' }).waitFor({ state: 'detached' });
  await tabTo(page, frame, /^Bo Li/);
  await page.keyboard.press('Enter');
  await expectShown(app.getByRole('heading', { level: 1, name: 'Bo Li' }), app.getByText('Points by expiry'));

  await tabTo(page, frame, /^Adjust points$/);
  await page.keyboard.press('Enter');
  await expectShown(app.getByRole('dialog'));
  await expect.poll(() => nameOfFocus(frame)).toMatch(/^Number of points/);
  await page.keyboard.press('Escape');
  await app.getByRole('dialog').waitFor({ state: 'detached' });
  await expect.poll(() => nameOfFocus(frame)).toBe('Adjust points');

  await page.keyboard.press('Enter');
  await expect.poll(() => nameOfFocus(frame)).toMatch(/^Number of points/);
  await page.keyboard.type('25');
  await tabTo(page, frame, /^Reason/);
  await page.keyboard.type('For reading all of this');
  await page.keyboard.press('Enter');
  await app.getByRole('dialog').waitFor({ state: 'detached' });
  await expectShown(app.getByText('Added by hand: 25 points. For reading all of this'));
  await tabTo(page, frame, /^Undo$/);
  await page.keyboard.press('Enter');
  await expectShown(app.getByText('Gift undone: 25 points taken back'));
  expect(await nameOfFocus(frame)).toContain('Added by hand: 25 points.');
  await context.close();
});

it('a merchant changes tabs, fields and switches of the programme without a mouse', async () => {
  const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
  const { simulatorUrl, shop } = busy;
  const app = await openApp(page, { simulatorUrl, shop, path: '/programme?tab=rewards' });
  await expectShown(app.getByRole('table'));
  const frame = page.frame({ name: 'app-iframe' });
  if (!frame) throw new Error('the admin shows no app');
  await tabTo(page, frame, /^Earning$/);
  await page.keyboard.press('Enter');
  await expectShown(app.getByLabel('Points for each unit of currency'));
  await tabTo(page, frame, /^Points expire/);
  await page.keyboard.press('Space');
  await expectShown(app.getByRole('textbox', { name: 'Months after which points expire' }));
  await expectShown(page.getByRole('button', { name: 'Save', exact: true }));
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Save', exact: true }).waitFor({ state: 'hidden' });
  await context.close();
});

it('a shopper opens the panel, redeems and closes it without a mouse, and is back at the launcher', async () => {
  const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
  await logIn(page, busy, busy.customerEmail);
  await page.goto(storefrontAddress(busy));
  const place = page.mainFrame();
  const panel = widgetOf(page).locator('dialog');
  await tabTo(page, place, /^Rewards$/);
  await page.keyboard.press('Enter');
  await expectShown(panel.locator('.balance'));
  await tabTo(page, place, /^Redeem /);
  await page.keyboard.press('Enter');
  await expect.poll(() => nameOfFocus(place)).toMatch(/^Redeem .+\?$/);
  await tabTo(page, place, /^Redeem now$/);
  await page.keyboard.press('Enter');
  await expect.poll(() => nameOfFocus(place)).toBe('Here is your code');
  await tabTo(page, place, /^Back$/);
  await page.keyboard.press('Enter');
  await expectShown(panel.locator('.balance'));
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  expect(await nameOfFocus(place)).toBe('Rewards');
  await context.close();
});

it('who asked for less motion gets none', async () => {
  const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
  const { simulatorUrl, shop } = busy;
  const moving = `[document, ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? [])]
    .flatMap((root) => root.getAnimations()).filter(({ effect }) => effect.getComputedTiming().activeDuration > 1).length`;
  await context.route('**/v1/api/**', (route) =>
    route.request().url().includes('members') ? undefined : route.continue(),
  );
  const app = await openApp(page, { simulatorUrl, shop, path: '/customers' });
  await expectShown(app.locator('.animate-skeleton').first());
  expect(await page.frame({ name: 'app-iframe' })?.evaluate(moving)).toBe(0);
  await page.goto(storefrontAddress(busy));
  await widgetOf(page).locator('button.launcher').click();
  await expectShown(widgetOf(page).locator('dialog'));
  expect(await page.evaluate(moving)).toBe(0);
  await context.close();
});
