import type { FrameLocator, Locator, Page } from 'playwright-core';
import { openApp } from '../admin.ts';
import { logIn, openWidget, storefrontAddress } from '../storefront.ts';
import { awaitContent } from '../settle.ts';
import type { DemoShop } from './demo-shop.ts';

/** A picture: how somebody comes to see it. Nothing that a scene does changes the shop, nor needs a word of a language. */
export type Scene = {
  name: string;
  show: (page: Page, at: Stage) => Promise<void>;
};

export type Stage = { demo: DemoShop; locale: string };

export const scenes: readonly Scene[] = [
  dashboard('home', '/'),
  dashboard('home-90-days', '/?days=90'),
  dashboard('customers', '/customers'),
  dashboard('customers-filter', '/customers?filter=expiring&sort=available'),
  dashboard('customers-none', '/customers?q=nobody-of-this-name'),
  dashboard('customer', ({ customerId }) => `/customers/${customerId}`),
  dashboard('customer-orders', ({ customerId }) => `/customers/${customerId}?tab=orders`),
  dashboard('customer-rewards', ({ customerId }) => `/customers/${customerId}?tab=rewards`),
  dashboard(
    'customer-adjust',
    ({ customerId }) => `/customers/${customerId}`,
    async (app) => {
      await app.locator('header button').last().click();
      const points = app.getByRole('dialog').locator('input[inputmode="numeric"]');
      await points.fill('250');
      // The number counts when the field is left.
      await points.press('Tab');
    },
  ),
  dashboard('customer-unknown', '/customers/1'),
  dashboard('programme', '/programme'),
  dashboard('programme-changed', '/programme', changeRate),
  dashboard('programme-wrong', '/programme', (app) => rateField(app).fill('much')),
  dashboard('programme-rewards', '/programme?tab=rewards'),
  dashboard('programme-reward', '/programme?tab=rewards&reward=new'),
  dashboard('programme-look', '/programme?tab=look'),
  dashboard('programme-history', '/programme?tab=history'),
  dashboard('activity', '/activity'),
  dashboard('activity-kind', '/activity?kind=clawback'),
  dashboard('activity-redemptions', '/activity?tab=redemptions'),
  dashboard('activity-webhooks', '/activity?tab=webhooks'),
  dashboard('ledger-health', '/ledger-health'),
  dashboard('not-found', '/nowhere'),
  {
    name: 'outside-admin',
    show: async (page, { demo: { serverUrl } }) => void (await page.goto(serverUrl)),
  },
  storefront('storefront', '/'),
  storefront('storefront-account', '/account'),
  storefront('widget-guest', '/', openWidget),
  storefront('widget-member', '/', openWidget, 'member'),
  storefront('widget-history', '/', async (page) => scrollToEnd(await openWidget(page)), 'member'),
  storefront('widget-redeem', '/', async (page) => confirmFirstReward(await openWidget(page)), 'member'),
];

/** A page of the app in the admin, and what is done there before the picture. */
function dashboard(
  name: string,
  path: string | ((demo: DemoShop) => string),
  act?: (app: FrameLocator) => Promise<void>,
): Scene {
  return {
    name,
    async show(page, { demo, locale }) {
      const { simulatorUrl, shop } = demo;
      const app = await openApp(page, {
        simulatorUrl,
        shop,
        locale,
        path: typeof path === 'string' ? path : path(demo),
      });
      await awaitContent(app);
      await act?.(app);
    },
  };
}

function storefront(
  name: string,
  path: string,
  act?: (page: Page) => Promise<unknown>,
  visitor: 'guest' | 'member' = 'guest',
): Scene {
  return {
    name,
    async show(page, { demo, locale }) {
      if (visitor === 'member') await logIn(page, demo, demo.customerEmail);
      await page.goto(storefrontAddress(demo, `${path}?locale=${locale}`));
      await act?.(page);
    },
  };
}

/** Twice the points, and what that would have cost. */
async function changeRate(app: FrameLocator): Promise<void> {
  await rateField(app).fill('2');
  await app.locator('[aria-busy="false"] table tbody td:nth-child(3)').first().waitFor();
}

/** Whole numbers are in fields of another kind. */
function rateField(app: FrameLocator): Locator {
  return app.locator('input[type="text"]:not([inputmode])').first();
}

async function scrollToEnd(panel: Locator): Promise<void> {
  await panel.locator('.balance').waitFor();
  await panel.locator('.body > :last-child').scrollIntoViewIfNeeded();
}

async function confirmFirstReward(panel: Locator): Promise<void> {
  await panel.locator('button[id^="reward-"]').first().click();
}
