import { chromiumFlags, ensureChromium } from '@loyalnest/browser/chromium';
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig, type Config } from 'lighthouse';
import { z } from 'zod';

export type Preset = 'desktop' | 'mobile';

export type LighthouseRun = {
  /** From 0 to 100. */
  score: number;
  fcpMs: number;
  lcpMs: number;
  cls: number;
  blockingMs: number;
  /** How fast Lighthouse found the processor; a busy machine is a slow one. */
  benchmarkIndex: number;
  requests: { url: string; bytes: number }[];
};

/** Lighthouse's own; what it does when nothing is said is the mobile one. */
const presets: Readonly<Record<Preset, Config>> = { desktop: desktopConfig, mobile: { extends: 'lighthouse:default' } };

/** A phone and a computer as Lighthouse names them. */
const agents: Readonly<Record<Preset, string>> = {
  desktop:
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  mobile:
    'Mozilla/5.0 (Linux; Android 11; moto g power (2022)) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
};

const networkRequests = z.object({
  items: z.array(
    z.object({ url: z.string(), transferSize: z.number().optional(), resourceType: z.string().optional() }),
  ),
});

/**
 * One run of Lighthouse in one of its presets, with a browser of its own: nothing is in its cache, and nothing that an earlier
 * run has warmed up. `agentSuffix` is added to what the browser calls itself.
 */
export async function runLighthouse(
  url: string,
  { preset, agentSuffix = '' }: { preset: Preset; agentSuffix?: string },
): Promise<LighthouseRun> {
  const chrome = await launch({
    chromePath: await ensureChromium(),
    chromeFlags: ['--headless=new', ...chromiumFlags],
    logLevel: 'silent',
    handleSIGINT: false,
  });
  try {
    const emulatedUserAgent = `${agents[preset]}${agentSuffix}`;
    const flags = { port: chrome.port, logLevel: 'error' as const, onlyCategories: ['performance'], emulatedUserAgent };
    const result = await lighthouse(url, flags, presets[preset]);
    if (!result) throw new Error(`Lighthouse gave nothing for ${url}`);
    const { lhr } = result;
    if (lhr.runtimeError) throw new Error(`Lighthouse: ${lhr.runtimeError.message}`);
    const figure = (audit: string) => {
      const value = lhr.audits[audit]?.numericValue;
      if (value === undefined) throw new Error(`Lighthouse has no ${audit}: ${lhr.audits[audit]?.errorMessage ?? ''}`);
      return value;
    };
    return {
      score: (lhr.categories['performance']?.score ?? 0) * 100,
      fcpMs: figure('first-contentful-paint'),
      lcpMs: figure('largest-contentful-paint'),
      cls: figure('cumulative-layout-shift'),
      blockingMs: figure('total-blocking-time'),
      benchmarkIndex: lhr.environment.benchmarkIndex,
      requests: networkRequests
        .parse(lhr.audits['network-requests']?.details)
        .items.map(({ url: address, transferSize = 0 }) => ({ url: address, bytes: transferSize })),
    };
  } finally {
    chrome.kill();
  }
}
