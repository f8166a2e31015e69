import { logIn, openWidget, storefrontAddress, widgetOf } from '@loyalnest/browser/storefront';
import type { APIResponse, Locator, Page, Route, WebSocketRoute } from 'playwright-core';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { Shop } from '../shop.ts';
import { expectAccessible, expectNoViolations } from './accessible.ts';
import { expectShown, startBrowsing, type Person } from './browsing.ts';
import { wordsOf } from './words.ts';

const running = inject('running');
const { simulatorUrl } = running;
const browsing = startBrowsing();
const panelAddress = '**/apps/loyalnest/v1/api/points/me*';

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open(running, 'widget');
  await shop.control('POST', '/products', { title: 'Oak board', price: '48.00' });
});

const at = (path: string) => storefrontAddress({ simulatorUrl, shop: shop.domain }, path);

/** A shopper with so many points, logged in, on the shop's first page. */
async function member(points: number, person: Person, locale = 'en'): Promise<number> {
  const email = `member-${Date.now()}-${Math.round(points)}@example.com`;
  const customerId = await shop.addCustomer({ email, firstName: 'Ada' });
  await shop.order({ customerId, amount: String(points) });
  await shop.settled();
  await logIn(person.page, { simulatorUrl, shop: shop.domain }, email);
  await person.page.goto(at(`/?locale=${locale}`));
  return customerId;
}

/** Node does not know the shops' names, the simulator does. */
function reach(route: Route): Promise<APIResponse> {
  const url = new URL(route.request().url());
  const headers = { ...route.request().headers(), 'x-forwarded-host': url.host };
  url.hostname = '127.0.0.1';
  return route.fetch({ url: url.href, headers });
}

async function expectBalance(page: Page, points: string): Promise<void> {
  const balance = widgetOf(page).locator('.balance > bdi').first();
  await expect.poll(() => balance.textContent()).toBe(points);
}

it('a page asks for nothing but the loader until somebody touches the launcher', async () => {
  const { page, context } = await browsing.person();
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname.startsWith('/apps/') || url.origin === running.serverUrl) asked.push(url.pathname);
  });
  await page.goto(at('/'), { waitUntil: 'networkidle' });
  await expectShown(widgetOf(page).locator('button.launcher'));
  expect(asked).toEqual(['/apps/loyalnest/widget/loader.js']);
  await openWidget(page);
  expect(asked.length).toBeGreaterThan(1);
  await context.close();
});

describe.each(['en', 'ar'])('in %s', (locale) => {
  const t = wordsOf('widget', locale);

  it('a panel says that it loads, and shows the shop’s programme when it has come', async () => {
    const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
    let answer = () => {};
    const answered = new Promise<void>((settle) => (answer = settle));
    await context.route(panelAddress, async (route) => {
      await answered;
      await route.continue();
    });
    await page.goto(at(`/?locale=${locale}`));
    const panel = await openWidget(page);
    const loading = panel.getByText(t('loading'));
    await loading.waitFor({ state: 'attached' });
    await expectNoViolations(page.mainFrame());
    answer();
    await expectShown(panel.getByRole('heading', { name: t('guest.heading') }));
    expect(await loading.count()).toBe(0);
    await context.close();
  });

  it('what cannot be reached says so, and comes when it is tried again', async () => {
    const { page, context, expects } = await browsing.person({ reducedMotion: 'reduce' });
    expects(/net::ERR_FAILED/);
    await context.route(panelAddress, (route) => route.abort());
    await page.goto(at(`/?locale=${locale}`));
    const panel = await openWidget(page);
    await expectShown(panel.getByRole('heading', { name: t('state.failedHeading') }));
    await expectAccessible(page);
    await context.unroute(panelAddress);
    await panel.getByRole('button', { name: t('retry') }).click();
    await expectShown(panel.getByRole('heading', { name: t('guest.heading') }));
    await context.close();
  });

  it('a shopper who goes offline keeps what was there, and sees what happened meanwhile when they are back', async () => {
    const person = await browsing.person({ reducedMotion: 'reduce' });
    const { page, context, expects } = person;
    expects(/ERR_INTERNET_DISCONNECTED/);
    const customerId = await member(100, person, locale);
    const panel = await openWidget(page);
    await expectShown(panel.locator('.balance'));
    await context.setOffline(true);
    await expectShown(panel.getByText(t('state.offline')), panel.locator('.balance'));
    await expectAccessible(page);
    await shop.order({ customerId, amount: '11' });
    await shop.settled();
    await context.setOffline(false);
    await panel.getByText(t('state.offline')).waitFor({ state: 'detached' });
    await expectBalance(page, '111');
    await context.close();
  });

  it('a redemption without an answer says that trying again costs nothing more, and it does not', async () => {
    const person = await browsing.person({ reducedMotion: 'reduce' });
    const { page, context, expects } = person;
    expects(/net::ERR_FAILED/);
    const customerId = await member(1_200, person, locale);
    const panel = await openWidget(page);
    // The first question arrives, and its answer is lost.
    await context.route('**/points/redeem', async (route) => {
      await reach(route);
      await route.abort();
    });
    await panel.locator('button[id^="reward-"]').first().click();
    await panel.getByRole('button', { name: t('redeem.confirm') }).click();
    await expectShown(panel.getByText(t('redeem.unanswered')));
    await expectAccessible(page);
    await context.unroute('**/points/redeem');
    await panel.getByRole('button', { name: t('retry') }).click();
    await expectShown(panel.getByRole('heading', { name: t('redeem.doneHeading') }), panel.locator('code'));
    await expectAccessible(page);
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 700, held: 500 });
    await panel.getByRole('button', { name: t('back') }).click();
    await panel.getByRole('button', { name: t('code.giveBack') }).click();
    await expectShown(panel.getByRole('heading', { name: t('code.giveBackHeading') }));
    await expectAccessible(page);
    await panel.getByRole('button', { name: t('code.giveBackConfirm') }).click();
    await expectShown(panel.getByText(t('code.givenBack')));
    await expectAccessible(page);
    expect(await shop.balanceOf(customerId)).toMatchObject({ available: 1_200, held: 0 });
    await context.close();
  });
});

it('a reload in the middle of a redemption takes the reward once, and shows its code', async () => {
  const person = await browsing.person();
  const { page, context } = person;
  const customerId = await member(1_100, person);
  const panel = await openWidget(page);
  let asked = 0;
  await context.route('**/points/redeem', async (route) => {
    asked += 1;
    if (asked > 1) return route.continue();
    await reach(route);
    asked += 1;
    // And no answer: the page is gone before it comes.
  });
  await panel.locator('button[id^="reward-"]').first().click();
  await panel.getByRole('button', { name: 'Redeem now' }).click();
  await expect.poll(() => asked).toBe(2);
  await page.reload();
  const again = await openWidget(page);
  await expectShown(again.getByRole('heading', { name: 'Here is your code' }));
  const { body } = await shop.asMerchant<{ items: unknown[] }>('GET', `/v1/api/redemptions?customerId=${customerId}`);
  expect(body.items).toHaveLength(1);
  expect(await shop.balanceOf(customerId)).toMatchObject({ available: 600, held: 500 });
  await context.close();
});

it('a connection that is cut goes on where it was: nothing is lost, nothing comes twice', async () => {
  const person = await browsing.person();
  const { page, context } = person;
  const connections: WebSocketRoute[] = [];
  let isCut = false;
  await context.routeWebSocket(/\/api\/points\/stream/, (socket) => {
    if (isCut) return void socket.close();
    connections.push(socket);
    socket.connectToServer();
  });
  const customerId = await member(10, person);
  const panel = await openWidget(page);
  await expect.poll(() => connections.length).toBe(1);
  await shop.order({ customerId, amount: '20' });
  await expectBalance(page, '30');

  isCut = true;
  await connections[0]?.close();
  await shop.order({ customerId, amount: '30' });
  await shop.order({ customerId, amount: '40' });
  await shop.settled();
  isCut = false;
  await expectBalance(page, '100');
  await expect.poll(() => connections.length).toBe(2);
  await shop.order({ customerId, amount: '50' });
  await expectBalance(page, '150');
  for (const points of [10, 20, 30, 40, 50]) await expectOnce(panel.getByText(`+${points} points`, { exact: true }));
  await context.close();
});

async function expectOnce(place: Locator): Promise<void> {
  await expectShown(place);
  expect(await place.count()).toBe(1);
}

it('a theme that styles everything changes nothing of it', async () => {
  const looks: unknown[] = [];
  for (const theme of ['', hostileTheme]) {
    const { page, context } = await browsing.person({ reducedMotion: 'reduce' });
    await context.route('**/assets/style.css', async (route) => {
      const response = await reach(route);
      await route.fulfill({ response, body: `${await response.text()}\n${theme}` });
    });
    await page.goto(at('/'));
    const panel = await openWidget(page);
    await expectShown(panel.getByRole('heading', { level: 2 }).first());
    looks.push(await widgetOf(page).evaluate(lookOf));
    await context.close();
  }
  expect(looks[1]).toEqual(looks[0]);
});

const hostileTheme = `
body * {
  font: italic 40px/3 serif !important; color: red !important; letter-spacing: 9px !important; text-transform: uppercase !important;
  text-align: center !important; float: left !important; position: relative !important; margin: 20px !important; padding: 9px !important;
  opacity: 0.3 !important; transform: rotate(9deg) !important; filter: invert(1) !important; visibility: hidden !important;
  box-sizing: content-box !important; border: 5px solid lime !important; z-index: -1 !important; width: 50px !important; cursor: none !important;
}
button, dialog, ul, li, h1, h2, p, a, small, strong, loyalnest-widget { display: none !important; }`;

/** Where everything of the widget is, and what it looks like. */
const lookOf = `(host) => [...host.shadowRoot.querySelectorAll('*')].map((element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  const { color, font, display, visibility, opacity, transform, textTransform, letterSpacing, textAlign, cursor } = getComputedStyle(element);
  return [element.localName, x, y, width, height, color, font, display, visibility, opacity, transform, textTransform, letterSpacing, textAlign, cursor].join(' ');
})`;
