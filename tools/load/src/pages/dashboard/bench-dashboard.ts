import { launchChromium } from '@loyalnest/browser/chromium';
import { ensurePages } from '@loyalnest/dev/build';
import type { Progress } from '@loyalnest/dev/progress';
import type { Browser } from 'playwright-core';
import { Bed } from '../../bed/bed.ts';
import { median } from '../../figures/statistics.ts';
import { fillLargeShop } from '../shop/large-shop.ts';
import type { DashboardFigures, PageFigures } from './dashboard-report.ts';
import { desktop, mobile, openEmbedded, readSeen, type Device } from './embedded.ts';
import { measureFirstPaint } from './first-paint.ts';
import { measureInteractions, type Interaction } from './interactions.ts';
import { measureMembersApi } from './members-api.ts';
import { MobileAdmin } from './mobile-admin.ts';

export type BenchDashboardOptions = { runs: number; customers: number; progress: Progress };

/** What a merchant opens first, and the page with the most rows behind it. */
const pages = [
  { name: 'home', path: '/' },
  { name: 'customers', path: '/customers' },
] as const;

/** The dashboard of a large shop, built for production, on a PostgreSQL, a server and a simulator of its own. */
export async function benchDashboard({ runs, customers, progress }: BenchDashboardOptions): Promise<DashboardFigures> {
  progress.begin('dashboard, PostgreSQL, simulator and server');
  await ensurePages(new AbortController().signal);
  const mobileAdmin = await MobileAdmin.start();
  const bed = await Bed.make();
  let browser: Browser | undefined;
  const cleanUp = async () => {
    await browser?.close();
    await bed.remove();
    await mobileAdmin.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cleanUp().then(() => process.exit(130)));
  try {
    await bed.startSimulator();
    await bed.startServer();
    progress.done('dashboard, PostgreSQL, simulator and server');
    progress.begin('a large shop');
    await fillLargeShop(bed, { customers, now: new Date(), onProgress: (text) => progress.update(text) });
    progress.done(`a shop with ${customers} customers and a year of their orders`);

    progress.begin('lists of customers over HTTP');
    const lists = await measureMembersApi(bed);
    progress.done('lists of customers over HTTP');

    browser = await launchChromium();
    const embedded = await measureEmbedded(browser, { bed, runs, progress });
    const interactions = await measureAllInteractions(browser, { bed, runs, progress });
    await browser.close();

    // Only now: this server knows another App Bridge than the simulator's.
    await bed.kill('server', 'SIGKILL');
    await bed.startServer({ APP_BRIDGE_URL: mobileAdmin.appBridgeUrl });
    const measured: PageFigures[] = [];
    for (const { name, path } of pages) {
      progress.begin(`Lighthouse on ${name}`);
      measured.push({
        name,
        desktop: await measureFirstPaint(bed, { path, preset: 'desktop', runs }),
        mobile: await measureFirstPaint(bed, { path, preset: 'mobile', runs }),
        embedded: embedded.get(name) ?? { lcpMs: Number.NaN, cls: Number.NaN, jsKb: Number.NaN },
      });
      progress.done(`Lighthouse on ${name}`);
    }
    return { runs, customers, pages: measured, interactions, lists };
  } finally {
    await cleanUp();
  }
}

type Measuring = { bed: Bed; runs: number; progress: Progress };

/** In the admin's frame, as fast as this machine is: what the browser loads, and whether anything moves. */
async function measureEmbedded(
  browser: Browser,
  { bed, runs, progress }: Measuring,
): Promise<Map<string, PageFigures['embedded']>> {
  const figures = new Map<string, PageFigures['embedded']>();
  for (const { name, path } of pages) {
    progress.begin(`${name} in the admin's frame`);
    const seen = [];
    for (let run = 0; run < runs; run += 1) {
      for (const device of [desktop, mobile]) {
        const { frame, context, scripts } = await openEmbedded(browser, { bed, path, device });
        const jsBytes = [...(await scripts).values()].reduce((sum, bytes) => sum + bytes, 0);
        seen.push({ ...(await readSeen(frame)), device, jsBytes });
        await context.close();
      }
    }
    const fast = seen.filter(({ device }) => device === desktop);
    figures.set(name, {
      lcpMs: median(fast.map(({ lcpMs }) => lcpMs)),
      cls: Math.max(...seen.map(({ cls }) => cls)),
      jsKb: Math.max(...seen.map(({ jsBytes }) => jsBytes)) / 1_000,
    });
    progress.done(`${name} in the admin's frame`);
  }
  return figures;
}

/** The median over the runs of each step, on both devices. */
async function measureAllInteractions(
  browser: Browser,
  { bed, runs, progress }: Measuring,
): Promise<(Interaction & { device: Device['name'] })[]> {
  const result: (Interaction & { device: Device['name'] })[] = [];
  for (const device of [desktop, mobile]) {
    progress.begin(`interactions, ${device.name}`);
    const rounds: Interaction[][] = [];
    for (let run = 0; run < runs; run += 1) rounds.push(await measureInteractions(browser, { bed, device }));
    for (const [nth, { what }] of (rounds[0] ?? []).entries()) {
      const durationMs = median(rounds.map((round) => round[nth]?.durationMs ?? Number.NaN));
      result.push({ device: device.name, what, durationMs });
    }
    progress.done(`interactions, ${device.name}`);
  }
  return result;
}
