import { openApp } from '@loyalnest/browser/admin';
import { openWidget, storefrontAddress, widgetOf } from '@loyalnest/browser/storefront';
import type { FrameLocator, Page } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Shop } from '../shop.ts';
import { expectShown, startBrowsing, type Person } from './browsing.ts';

const running = inject('running');
const { simulatorUrl } = running;
const browsing = startBrowsing();

let shop: Shop;
/** The owner, in Shopify's admin. */
let merchant: Person;
let shopper: Person;
/** The owner's second page: Activity, which is never loaded again. */
let activity: FrameLocator;
/** The shopper's second page, with the widget open. It is never loaded again either. */
let watching: Page;

beforeAll(async () => {
  shop = await Shop.create(running, 'story');
  await shop.control('POST', '/products', { title: 'Oak board', price: '600.00' });
  merchant = await browsing.person();
  shopper = await browsing.person({ permissions: ['clipboard-read', 'clipboard-write'] });
});

const openAt = (path: string) => openApp(merchant.page, { simulatorUrl, shop: shop.domain, path });
const storefront = (path: string) => storefrontAddress({ simulatorUrl, shop: shop.domain }, path);

/** Buys one board, and gives the name of the order. */
async function buy(page: Page): Promise<string> {
  await page.goto(storefront('/products/oak-board'));
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByRole('link', { name: 'Check out' }).click();
  await page.getByRole('button', { name: /^Pay/ }).click();
  await page.waitForURL('**/orders/*');
  return (await page.getByRole('heading', { level: 1 }).innerText()).replace('Order ', '');
}

async function expectBalance(points: string): Promise<void> {
  const balance = widgetOf(watching).locator('.balance > bdi').first();
  await expect.poll(() => balance.textContent()).toBe(points);
}

/** The list trails the ledger by a fraction of a second; who looks too soon looks again, as a person would. */
async function openCustomer(name: string): Promise<FrameLocator> {
  for (let look = 1; ; look += 1) {
    const customers = await openAt('/customers');
    const link = customers.getByRole('link', { name });
    const isThere = await link.waitFor({ timeout: 4_000 }).then(
      () => true,
      () => false,
    );
    if (!isThere && look < 6) continue;
    await link.click();
    return customers;
  }
}

/** What the newest entries say, in both of the merchant's lists of them. */
async function expectTold(...sentences: string[]): Promise<void> {
  for (const sentence of sentences) await expectShown(activity.getByText(sentence, { exact: true }));
  const customer = await openCustomer('Ada Byron');
  for (const sentence of sentences) await expectShown(customer.getByText(sentence, { exact: true }));
}

describe('from installing the app to the refund of an order', () => {
  // What comes later builds on what came before.
  let isOver = false;
  beforeEach(({ skip }) => skip(isOver, 'a step before this one failed'));
  afterEach(({ task }) => {
    isOver ||= task.result?.state === 'fail';
  });

  let orderWithReward: string;
  let code: string;

  it('opening the app in the admin installs it, and shows how to begin', async () => {
    // The first words of a shop that the server has never heard of; they lead to the sign-in.
    merchant.expects(/status of 404 .*\/v1\/api\//);
    const home = await openAt('/');
    await expectShown(home.getByRole('heading', { name: 'Home', level: 1 }));
    await expectShown(home.getByRole('heading', { name: 'Set up your loyalty program' }));
    const { body, status } = await shop.asMerchant('GET', '/v1/api/merchant');
    expect({ status, body }).toMatchObject({ status: 200, body: { shopDomain: shop.domain, currency: 'EUR' } });
  });

  it('the merchant changes the rate and saves it with the save bar', async () => {
    const programme = await openAt('/programme');
    await programme.getByLabel('Points for each unit of currency').fill('2');
    await expectShown(programme.getByText('There were no orders in the last 90 days'));
    await merchant.page.getByRole('button', { name: 'Save', exact: true }).click();
    await expectShown(merchant.page.getByText('Program saved'));
    await programme.getByRole('link', { name: 'History' }).click();
    await expectShown(programme.getByText('Points for each unit of currency: 1 → 2'));
  });

  it('the merchant makes a reward', async () => {
    const rewards = await openAt('/programme?tab=rewards');
    await rewards.getByRole('link', { name: 'Create reward' }).click();
    await rewards.getByLabel('Reward name').fill('Ten euros for friends');
    await rewards.getByRole('textbox', { name: 'Cost (Points)' }).fill('600');
    await rewards.getByLabel('Amount off in EUR').fill('10');
    await merchant.page.getByRole('button', { name: 'Save', exact: true }).click();
    await expectShown(merchant.page.getByText('Reward saved'));
    await expectShown(rewards.getByRole('link', { name: 'Ten euros for friends' }));

    const second = await merchant.context.newPage();
    activity = await openApp(second, { simulatorUrl, shop: shop.domain, path: '/activity' });
    await expectShown(activity.getByText('Nothing has happened yet'));
    await expectShown(activity.getByText('Live', { exact: true }));
  });

  it('a shopper reads what there is to win, and creates an account', async () => {
    const { page } = shopper;
    await page.goto(storefront('/'));
    const panel = await openWidget(page);
    await expectShown(panel.getByText('Ten euros for friends'));
    await expectShown(panel.getByText('2 points for every €1 you spend'));
    await panel.getByRole('link', { name: 'Join now' }).click();
    const form = page.locator('form[action="/account/register"]');
    await form.getByLabel('First name').fill('Ada');
    await form.getByLabel('Last name').fill('Byron');
    await form.getByLabel('E-mail').fill('ada.byron@example.com');
    await form.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL(storefront('/'));

    watching = await shopper.context.newPage();
    await watching.goto(storefront('/'));
    await openWidget(watching);
    await expectBalance('200');
    await expectTold('Created an account: 200 points');
  });

  it('the shopper buys, and the balance moves in another page without loading it again', async () => {
    const first = await buy(shopper.page);
    await expectBalance('1,400');
    await expectShown(widgetOf(watching).getByText(`Order ${first}`, { exact: true }));
    await expectTold(`Order ${first} earned 1,200 points, 2 per EUR, rule version 2`);
  });

  it('the merchant sees before saving what a change would have cost on these orders', async () => {
    const programme = await openAt('/programme');
    await programme.getByLabel('Points for each unit of currency').fill('3');
    await expectShown(programme.getByText('With your changes, these orders would have earned 600 points more'));
    await merchant.page.getByRole('button', { name: 'Discard' }).click();
    await expect.poll(() => programme.getByLabel('Points for each unit of currency').inputValue()).toBe('2');
  });

  it('the shopper redeems: confirms, gets a code, copies it and puts it into the cart', async () => {
    const panel = widgetOf(watching).locator('dialog');
    await panel.getByRole('button', { name: 'Redeem Ten euros for friends' }).click();
    await expectShown(panel.getByText('It costs 600 points. You will have 800 points left.'));
    await panel.getByRole('button', { name: 'Redeem now' }).click();
    await expectShown(panel.getByRole('heading', { name: 'Here is your code' }));
    code = (await panel.locator('code').innerText()).trim();
    await panel.getByRole('button', { name: `Copy ${code}` }).click();
    await expectShown(panel.getByRole('button', { name: `Copied ${code}` }));
    expect(await watching.evaluate('navigator.clipboard.readText()')).toBe(code);
    await panel.getByRole('link', { name: `Apply to cart ${code}` }).click();
    await watching.goto(storefront('/cart'));
    await expectShown(watching.getByText(`Discount code ${code} is applied at the checkout.`));
    await openWidget(watching);
    await expectBalance('800');
    await expectTold('Reward taken: 600 points set aside');
  });

  it('the shopper uses the code at the checkout, and the order captures it', async () => {
    const { page } = shopper;
    const second = await buy(page);
    await expectShown(page.getByText(`Discount ${code}`));
    orderWithReward = second;
    // 590 for the board, two points each.
    await expectBalance('1,980');
    await expectTold(
      `Reward used on order ${second}: 600 points redeemed`,
      `Order ${second} earned 1,180 points, 2 per EUR, rule version 2`,
    );
    const redemptions = await openAt('/activity?tab=redemptions&status=captured');
    await expectShown(redemptions.getByText(code));
  });

  it('a refund takes back what its order brought, and gives back what its reward cost', async () => {
    await shop.control('POST', `/orders/${encodeURIComponent(orderWithReward)}/refund`, { full: true });
    await expectBalance('1,400');
    await expectTold(
      `Order ${orderWithReward} was refunded, canceled or changed: 1,180 points taken back`,
      `Order ${orderWithReward} was refunded: 600 points of its reward given back`,
    );
  });

  it('every point adds up, as the merchant can check', async () => {
    const health = await openAt('/ledger-health');
    await health.getByRole('button', { name: 'Check now' }).click();
    await expectShown(health.getByText('Every point adds up', { exact: true }));
    await shop.expectProvenLedger();
  });
});
