import type { FrameLocator, Page } from 'playwright-core';

/** The app in the frame of the simulator's admin, as a merchant sees it. */
export type AdminView = {
  simulatorUrl: string;
  /** `demo-shop` or `demo-shop.myshopify.com`. */
  shop: string;
  /** The app's own address: `/customers?filter=held`. */
  path?: string;
  /** Who looks, and in which language; the browser keeps both. */
  locale?: string;
  /** The place in the admin's list of staff, from 1. */
  user?: number;
};

/** Opens the app's page in the admin, and gives the frame that it is in. */
export async function openApp(page: Page, view: AdminView): Promise<FrameLocator> {
  await page.goto(adminAddress(view));
  return appFrame(page);
}

export function appFrame(page: Page): FrameLocator {
  return page.frameLocator('iframe[name="app-iframe"]');
}

export function adminAddress({ simulatorUrl, shop, path = '/', locale, user }: AdminView): string {
  const url = new URL(`/store/${handleOf(shop)}/apps/loyalnest${path === '/' ? '' : path}`, simulatorUrl);
  if (locale !== undefined) url.searchParams.set('locale', locale);
  if (user !== undefined) url.searchParams.set('user', String(user));
  return url.href;
}

export function handleOf(shop: string): string {
  return shop.replace(/\.myshopify\.com$/, '');
}
