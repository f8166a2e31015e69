import { storefrontAddress } from '@loyalnest/browser/storefront';
import { ensurePages } from '@loyalnest/dev/build';
import type { Progress } from '@loyalnest/dev/progress';
import { seedProducts } from '@loyalnest/dev/seed/products';
import { demoShop } from '@loyalnest/dev/seed/seed';
import { shopControl, type ShopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';
import { Bed } from '../../bed/bed.ts';
import { median } from '../../figures/statistics.ts';
import { runLighthouse, type LighthouseRun } from '../browser/lighthouse.ts';

export type BenchStorefrontOptions = { runs: number; progress: Progress };

/** Where the app proxy of `shopify.app.toml` lies in a shop. */
const proxyPath = '/apps/loyalnest/';

export type StorefrontFigures = {
  runs: number;
  /** Lighthouse's performance score in its mobile preset, from 0 to 100: medians. */
  withWidget: number;
  without: number;
  /** Points that the widget costs. */
  difference: number;
  /** What the widget adds to the largest paint and to the time that the page is blocked: differences of medians. */
  lcpMs: number;
  blockingMs: number;
  /** Everything that comes from the app before anybody has touched the page. */
  requestsBeforeInteraction: number;
  loaderBytes: number;
  /** The paths of those requests. */
  requested: readonly string[];
};

/** A product's page of the demo shop with the widget and without, one run of each in turn. */
export async function benchStorefront({ runs, progress }: BenchStorefrontOptions): Promise<StorefrontFigures> {
  progress.begin('widget, PostgreSQL, simulator and server');
  await ensurePages(new AbortController().signal);
  const bed = await Bed.make();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void bed.remove().then(() => process.exit(130)));
  try {
    await bed.startSimulator();
    await bed.startServer();
    const path = await openShop(shopControl(bed.instance.simulatorUrl));
    const address = storefrontAddress({ simulatorUrl: bed.instance.simulatorUrl, shop: demoShop }, path);
    progress.done('widget, PostgreSQL, simulator and server, demo shop');

    const measured: { withWidget: LighthouseRun; without: LighthouseRun }[] = [];
    for (let run = 0; run < runs; run += 1) {
      progress.begin(`Lighthouse, ${run + 1} of ${runs}`);
      const withWidget = await runLighthouse(address, { preset: 'mobile' });
      const without = await runLighthouse(`${address}?embed=off`, { preset: 'mobile' });
      measured.push({ withWidget, without });
    }
    progress.done(`Lighthouse, ${runs} runs with the widget and ${runs} without`);
    return toFigures(measured);
  } finally {
    await bed.remove();
  }
}

/** The demo shop with its products. Nobody has ordered; what a page weighs does not depend on it. */
async function openShop(control: ShopControl): Promise<string> {
  const facts = { domain: demoShop, name: 'Demo Shop', currency: 'EUR', timezone: 'Europe/Berlin' };
  await control.post('/shops', facts, z.unknown());
  const handles: string[] = [];
  for (const product of seedProducts) {
    const { handle } = await control.post(`/shops/${demoShop}/products`, product, z.object({ handle: z.string() }));
    handles.push(handle);
  }
  await control.post(`/shops/${demoShop}/install`, {}, z.unknown());
  return `/products/${handles[0]}`;
}

function toFigures(measured: readonly { withWidget: LighthouseRun; without: LighthouseRun }[]): StorefrontFigures {
  const over = (side: 'withWidget' | 'without', figure: (run: LighthouseRun) => number) =>
    median(measured.map((run) => figure(run[side])));
  const added = (figure: (run: LighthouseRun) => number) =>
    Math.round(over('withWidget', figure) - over('without', figure));
  const ours = measured.map(({ withWidget }) =>
    withWidget.requests.filter(({ url }) => new URL(url).pathname.startsWith(proxyPath)),
  );
  const most = ours.toSorted((a, b) => b.length - a.length)[0] ?? [];
  const [withWidget, without] = [over('withWidget', (run) => run.score), over('without', (run) => run.score)];
  return {
    runs: measured.length,
    withWidget,
    without,
    difference: without - withWidget,
    lcpMs: added((run) => run.lcpMs),
    blockingMs: added((run) => run.blockingMs),
    requestsBeforeInteraction: most.length,
    loaderBytes: most.reduce((sum, { bytes }) => sum + bytes, 0),
    requested: most.map(({ url }) => new URL(url).pathname),
  };
}

const differenceMax = 2;
/** The loader itself. */
const requestsMax = 1;

export function describeStorefront(f: StorefrontFigures): string {
  const mark = (isMet: boolean) => (isMet ? '✓' : '✗');
  return [
    `  ${mark(f.difference <= differenceMax)} score ${f.withWidget} with the widget, ${f.without} without: ${f.difference} less (at most ${differenceMax}); LCP +${f.lcpMs} ms, blocked +${f.blockingMs} ms\n`,
    `  ${mark(f.requestsBeforeInteraction <= requestsMax)} ${f.requestsBeforeInteraction} request before anybody touches the page, ${f.loaderBytes} bytes (${f.requested.join(', ')})\n`,
  ].join('');
}
