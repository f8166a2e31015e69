import { openApp } from '@loyalnest/browser/admin';
import type { FrameLocator, Page, Route } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Shop } from '../shop.ts';
import { expectAccessible, expectNoViolations } from './accessible.ts';
import { expectShown, startBrowsing } from './browsing.ts';
import { openBusyShop, type BusyShop } from './busy-shop.ts';
import { dashboardPages } from './dashboard-pages.ts';
import { supportToken } from './support-token.ts';
import { anyValues, wordsOf } from './words.ts';

const running = inject('running');
const { simulatorUrl } = running;
const browsing = startBrowsing();
const api = '**/v1/api/**';

let busy: BusyShop;
let empty: Shop;

beforeAll(async () => {
  [busy, empty] = await Promise.all([openBusyShop(running), Shop.open(running, 'new')]);
});

const open = (page: Page, path: string, { locale = 'en', shop = busy.shop } = {}): Promise<FrameLocator> =>
  openApp(page, { simulatorUrl, shop, path, locale });

/** The dashboard's own document. */
function documentOf(page: Page) {
  const frame = page.frame({ name: 'app-iframe' });
  if (!frame) throw new Error('the admin shows no app');
  return frame;
}

describe.each(['en', 'ar'])('in %s', (locale) => {
  const t = wordsOf('dashboard', locale);

  it.each(dashboardPages)(
    '$path has a title and says that it loads, while answers are on their way',
    async ({ path, title }) => {
      const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
      const held: Route[] = [];
      let isHolding = true;
      await context.route(api, (route) => (isHolding ? void held.push(route) : route.continue()));
      const app = await open(page, path, { locale });
      await expectShown(app.getByRole('heading', { level: 1, name: t(title) }));
      const loading = app.getByRole('status').filter({ hasText: t('common.loading') });
      await loading.first().waitFor({ state: 'attached' });
      await expectNoViolations(documentOf(page));
      isHolding = false;
      await Promise.all(held.map((route) => route.continue()));
      await loading.first().waitFor({ state: 'detached' });
      expect(await app.getByRole('alert').count()).toBe(0);
      await context.close();
    },
  );

  it.each(dashboardPages)('$path says what will be there once something has happened', async ({ path, empty: key }) => {
    const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
    const app = await open(page, path, { locale, shop: empty.domain });
    await expectShown(app.getByText(anyValues(t(key))).first());
    await expectAccessible(page);
    await context.close();
  });

  it('without a way to the server every page says so, and goes on by itself', async () => {
    const { page, context, expects } = await browsing.person({ reducedMotion: 'reduce' });
    expects(/ERR_INTERNET_DISCONNECTED|Failed to fetch dynamically imported module/);
    const app = await open(page, '/customers', { locale });
    await expectShown(app.getByRole('link', { name: 'Ada Byron' }));
    await context.setOffline(true);
    await expectShown(app.getByText(t('common.offline')));
    // What was there stays readable.
    await expectShown(app.getByRole('link', { name: 'Ada Byron' }));
    await expectAccessible(page);
    await app.getByRole('link', { name: 'Ada Byron' }).click();
    await context.setOffline(false);
    await app.getByText(t('common.offline')).waitFor({ state: 'detached' });
    await expectShown(app.getByRole('heading', { level: 1, name: 'Ada Byron' }), app.getByText(t('customers.lots')));
    await context.close();
  });

  it('who may only look finds nothing to press that changes something, and is told why', async () => {
    const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
    const token = await supportToken(busy.inside);
    await context.route(api, (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${token}` } }),
    );
    const customer = await open(page, `/customers/${busy.customerId}`, { locale });
    await expectShown(customer.getByText(t('shell.readOnlyTitle')), customer.getByText(t('customers.lots')));
    expect(await customer.getByRole('button', { name: t('customers.adjust') }).isDisabled()).toBe(true);
    expect(await customer.getByRole('button', { name: t('customers.undo') }).count()).toBe(0);
    await expectAccessible(page);

    const programme = await open(page, '/programme', { locale });
    await expectShown(programme.getByText(t('shell.readOnlyTitle')));
    const enabled = 'input:enabled:not([type="hidden"]), textarea:enabled, select:enabled';
    expect(await programme.locator(enabled).count()).toBe(0);
    await expectAccessible(page);

    const rewards = await open(page, '/programme?tab=rewards', { locale });
    await expectShown(rewards.getByRole('table'));
    expect(await rewards.getByRole('link', { name: t('settings.reward.create') }).count()).toBe(0);

    const webhooks = await open(page, '/activity?tab=webhooks', { locale });
    await expectShown(webhooks.getByText('orders/create').first());
    const retries = webhooks.getByRole('button', { name: t('activity.webhooks.retryAll') });
    for (const retry of await retries.all()) expect(await retry.isDisabled()).toBe(true);
    await expectAccessible(page);
    await context.close();
  });

  it('home says whether the theme shows the widget, and leads to where it is switched on', async () => {
    const shop = await Shop.open(running, 'theme');
    await shop.control('PUT', '/embed', { enabled: false });
    const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
    const app = await open(page, '/', { locale, shop: shop.domain });
    const row = app
      .getByRole('term')
      .filter({ hasText: t('welcome.widget') })
      .locator('xpath=..');
    await expectShown(row.getByText(t('welcome.widgetOff'), { exact: true }));
    await expectAccessible(page);

    const opened = context.waitForEvent('page');
    await row.getByRole('link', { name: t('welcome.widgetTurnOn') }).click();
    const editor = await opened;
    await expect.poll(() => editor.getByRole('checkbox').isChecked()).toBe(true);
    await editor.getByRole('button', { name: 'Save' }).click();
    await editor.waitForURL('**/editor?context=apps');
    await editor.close();
    await expectShown(row.getByText(t('welcome.widgetOn'), { exact: true }));
    await context.close();
  });

  it('home does not guess what Shopify will not say: the shop has not granted to read its theme', async () => {
    const shop = await Shop.open(running, 'no-themes');
    await shop.control('POST', '/install', { open: false, scopes: ['read_customers', 'read_orders'] });
    await shop.settled();
    const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
    const app = await open(page, '/', { locale, shop: shop.domain });
    await expectShown(app.getByText(t('welcome.widgetUnknown'), { exact: true }));
    await expectShown(app.getByText(t('welcome.widgetUnknownWhy')), app.getByText(t('welcome.widgetNever')));
    await expectAccessible(page);
    await context.close();
  });

  it('home shows its figures when only the word on the widget does not come, and asks again', async () => {
    const { page, context, expects } = await browsing.person({ reducedMotion: 'reduce' });
    expects(/status of 400/);
    const refused = { status: 400, contentType: 'application/problem+json', body: '{"code":"invalid-request"}' };
    await context.route('**/overview/theme-block', (route) => route.fulfill(refused), { times: 1 });
    const app = await open(page, '/', { locale });
    await expectShown(app.getByText(t('welcome.widgetUnknown'), { exact: true }));
    await expectShown(app.getByText(t('welcome.issuedNote')).first());
    await expectAccessible(page);
    await app.getByRole('button', { name: t('common.tryAgain') }).click();
    await expectShown(app.getByText(t('welcome.widgetOn'), { exact: true }));
    await context.close();
  });

  it('two people who save at once see both versions, and decide', async () => {
    const shop = await Shop.open(running, 'conflict');
    const [one, two] = [await browsing.person(), await browsing.person()];
    two.expects(/status of 409/);
    const rate = t('settings.field.rate');
    const first = await open(one.page, '/programme', { locale, shop: shop.domain });
    const second = await open(two.page, '/programme', { locale, shop: shop.domain });
    await first.getByLabel(rate).fill('2');
    await second.getByLabel(rate).fill('3');
    await one.page.getByRole('button', { name: t('common.save'), exact: true }).click();
    await expectShown(one.page.getByText(t('settings.saved')));
    await two.page.getByRole('button', { name: t('common.save'), exact: true }).click();
    const dialog = second.getByRole('dialog', { name: t('settings.conflict.title') });
    await expectShown(dialog);
    const choices = dialog.getByRole('group', { name: rate });
    await expectShown(choices.getByText(t('settings.conflict.mine')), choices.getByText(t('settings.conflict.theirs')));
    await expectAccessible(two.page);
    await choices.getByText(t('settings.conflict.theirs')).click();
    await dialog.getByRole('button', { name: t('settings.conflict.save') }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => second.getByLabel(rate).inputValue()).toBe('2');
    await one.context.close();
    await two.context.close();
  });
});

it('an expired session renews itself before anybody notices', async () => {
  const { page, context, expects } = await browsing.person();
  expects(/status of 401/);
  await busy.inside.control('PUT', '/faults', { admin: { expiredTokensNext: 1 } });
  const app = await open(page, '/customers');
  await expectShown(app.getByRole('link', { name: 'Ada Byron' }));
  expect(await app.getByRole('alert').count()).toBe(0);
  await context.close();
});

it('a page whose file does not come is loaded anew, once', async () => {
  const { page, context, expects } = await browsing.person();
  expects(/net::ERR_FAILED/);
  const app = await open(page, '/customers');
  await expectShown(app.getByRole('link', { name: 'Ada Byron' }));
  await context.route('**/assets/CustomerPage-*.js', (route) => route.abort(), { times: 1 });
  await app.getByRole('link', { name: 'Ada Byron' }).click();
  await expectShown(app.getByRole('heading', { level: 1, name: 'Ada Byron' }), app.getByText('Points by expiry'));
  await context.close();
});

it('filters, tabs and pages have addresses that survive a reload and lead there directly', async () => {
  const { page, context } = await browsing.person();
  const app = await open(page, '/customers');
  await app.getByLabel('Filter customers').selectOption({ label: 'With points set aside' });
  await page.waitForURL('**/customers?filter=held');
  await app.getByRole('link', { name: 'Orders' }).first().click();
  await page.waitForURL('**/customers?filter=held&sort=orders');
  await page.reload();
  const sorted = app.getByRole('columnheader', { name: 'Orders' });
  await expectShown(sorted, app.getByRole('link', { name: 'Ada Byron' }));
  expect(await sorted.getAttribute('aria-sort')).toBe('descending');
  expect(await app.getByLabel('Filter customers').inputValue()).toBe('held');

  await app.getByRole('link', { name: 'Ada Byron' }).click();
  await app.getByRole('link', { name: 'Orders' }).click();
  await page.waitForURL('**/customers/*?tab=orders');
  await page.reload();
  await expectShown(app.getByRole('table', { name: 'Orders' }));
  await context.close();
});

it('figures for a change are not shown before they are known', async () => {
  const { page, context } = await browsing.person();
  const app = await open(page, '/programme');
  await expectShown(app.getByText(/^These orders earn/));
  let release = () => {};
  const released = new Promise<void>((settle) => (release = settle));
  await context.route('**/settings/preview', async (route) => {
    await released;
    await route.continue();
  });
  const asked = page.waitForRequest('**/settings/preview');
  await app.getByLabel('Points for each unit of currency').fill('2');
  await asked;
  expect(await app.getByText('Your changes make no difference').count()).toBe(0);
  release();
  await expectShown(app.getByText(/would have earned .* more/));
  await context.close();
});
