import type { Locator, Page } from 'playwright-core';
import { handleOf } from './admin.ts';

export type Storefront = { simulatorUrl: string; shop: string };

/** A page of the simulated shop, at the address that shoppers know it by. */
export function storefrontAddress({ simulatorUrl, shop }: Storefront, path = '/'): string {
  const url = new URL(path, simulatorUrl);
  url.hostname = `${handleOf(shop)}.localhost`;
  return url.href;
}

/** Whoever knows the address is this customer: the simulator has no passwords. */
export async function logIn(page: Page, storefront: Storefront, email: string): Promise<void> {
  await page.goto(storefrontAddress(storefront, '/account/login'));
  const form = page.locator('form[action="/account/login"]', { has: page.locator('input[type="email"]') });
  await form.locator('input[type="email"]').fill(email);
  await form.getByRole('button').click();
  await page.waitForURL('**/account');
}

/** What the widget has put into the page; Playwright looks into its shadow tree. */
export function widgetOf(page: Page): Locator {
  return page.locator('loyalnest-widget');
}

/** Presses the launcher, and gives the panel. */
export async function openWidget(page: Page): Promise<Locator> {
  const widget = widgetOf(page);
  await widget.locator('button.launcher').click();
  const panel = widget.locator('dialog');
  await panel.waitFor();
  return panel;
}
