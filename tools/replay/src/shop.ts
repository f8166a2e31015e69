import { UserError } from '@loyalnest/dev/errors';
import type { ShopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';

const shopList = z.object({ shops: z.array(z.object({ domain: z.string() })) });
const installed = z.object({ app: z.object({ status: z.number().nullable(), body: z.unknown() }).nullable() });

/** Makes sure that the shop exists and has the app, as its owner would by opening it. May be repeated. */
export async function openShop(control: ShopControl, shop: { domain: string; currency: string }): Promise<void> {
  const { shops } = await control.get('/shops', shopList);
  if (!shops.some(({ domain }) => domain === shop.domain)) await control.post('/shops', shop, z.unknown());
  const { app } = await control.post(`/shops/${shop.domain}/install`, {}, installed);
  if (app?.status && app.status < 300) return;
  const answer = `${app?.status ?? ''} ${JSON.stringify(app?.body ?? '')}`.slice(0, 300);
  throw new UserError(`the app does not open in ${shop.domain}: ${answer} (./dev.sh status)`);
}
