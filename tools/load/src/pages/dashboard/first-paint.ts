import { shopControl } from '@loyalnest/dev/seed/shop-control';
import { z } from 'zod';
import type { Bed } from '../../bed/bed.ts';
import { median } from '../../figures/statistics.ts';
import { runLighthouse, type LighthouseRun, type Preset } from '../browser/lighthouse.ts';
import { largeShop } from '../shop/large-shop.ts';
import { MobileAdmin } from './mobile-admin.ts';

export type FirstPaint = {
  lcpMs: number;
  fcpMs: number;
  cls: number;
  blockingMs: number;
  score: number;
  benchmarkIndex: number;
  lcpsMs: number[];
};

/** Lighthouse on the app's own document, opened as Shopify opens it; the server has to name the mobile admin's App Bridge. */
export async function measureFirstPaint(
  bed: Bed,
  { path, preset, runs }: { path: string; preset: Preset; runs: number },
): Promise<FirstPaint> {
  const done: LighthouseRun[] = [];
  for (let run = 0; run < runs; run += 1) {
    const url = await openingAddress(bed, path);
    done.push(await runLighthouse(url, { preset, agentSuffix: MobileAdmin.agentSuffix }));
  }
  const over = (figure: (run: LighthouseRun) => number) => median(done.map(figure));
  return {
    lcpMs: over((run) => run.lcpMs),
    fcpMs: over((run) => run.fcpMs),
    cls: over((run) => run.cls),
    blockingMs: over((run) => run.blockingMs),
    score: over((run) => run.score),
    benchmarkIndex: over((run) => run.benchmarkIndex),
    lcpsMs: done.map((run) => Math.round(run.lcpMs)),
  };
}

/** As Shopify's admin puts it into the frame, less the signature, which the app does not read. */
async function openingAddress(bed: Bed, path: string): Promise<string> {
  const { sessionToken } = await shopControl(bed.instance.simulatorUrl).post(
    `/shops/${largeShop}/session-token`,
    {},
    z.object({ sessionToken: z.string() }),
  );
  const url = new URL(path, bed.instance.serverUrl);
  const { host } = new URL(bed.instance.simulatorUrl);
  const query = {
    embedded: '1',
    shop: largeShop,
    host: Buffer.from(`${host}/store/${largeShop.split('.')[0]}`).toString('base64url'),
    locale: 'en',
    id_token: sessionToken,
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
