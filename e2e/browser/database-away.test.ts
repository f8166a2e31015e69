import { ensurePages } from '@loyalnest/dev/build';
import { openApp } from '@loyalnest/browser/admin';
import { openWidget, storefrontAddress } from '@loyalnest/browser/storefront';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOwnWhole, type OwnWhole } from '../own-whole.ts';
import { Shop } from '../shop.ts';
import { expectAccessible } from './accessible.ts';
import { expectShown, startBrowsing } from './browsing.ts';
import { dashboardPages } from './dashboard-pages.ts';
import { wordsOf } from './words.ts';

const browsing = startBrowsing();
let whole: OwnWhole;
let shop: Shop;

beforeAll(async () => {
  await ensurePages(new AbortController().signal);
  whole = await startOwnWhole({ logLevel: 'error' });
  shop = await Shop.open(whole.running, 'away');
  await whole.postgres.stop('orderly');
});
afterAll(() => whole.close());

describe.each(['en', 'ar'])('while the database is away, in %s', (locale) => {
  const t = wordsOf('dashboard', locale);

  it('every page says what is wrong and what to do', async () => {
    const { context, expects } = await browsing.person({ reducedMotion: 'reduce' });
    expects(/status of 50[03]|WebSocket/);
    const look = async ({ path, failed }: (typeof dashboardPages)[number]) => {
      const page = await context.newPage();
      const app = await openApp(page, { simulatorUrl: whole.running.simulatorUrl, shop: shop.domain, path, locale });
      await expectShown(app.getByText(t(failed)).first(), app.getByText(t('problems.database-unavailable')).first());
      await expectAccessible(page);
    };
    // Side by side: each asks three times before it gives up.
    await Promise.all(dashboardPages.map(look));
    await context.close();
  });
});

it('pages and the widget come when they are tried again, once it is back', async () => {
  const { page, context, expects } = await browsing.person();
  expects(/status of 50[03]|WebSocket/);
  const { simulatorUrl } = whole.running;
  const app = await openApp(page, { simulatorUrl, shop: shop.domain, path: '/customers' });
  await expectShown(app.getByText('Customers could not be loaded'));
  const storefront = await context.newPage();
  await whole.postgres.start();
  await app.getByRole('button', { name: 'Try again' }).click();
  await expectShown(app.getByText('Your members will show here'));
  await storefront.goto(storefrontAddress({ simulatorUrl, shop: shop.domain }));
  const panel = await openWidget(storefront);
  await expectShown(panel.getByRole('heading', { name: 'Get more out of every order' }));
  expect(await app.getByRole('alert').count()).toBe(0);
  await context.close();
});
