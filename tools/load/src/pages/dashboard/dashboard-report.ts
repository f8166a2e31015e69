import { median } from '../../figures/statistics.ts';
import type { Device } from './embedded.ts';
import type { FirstPaint } from './first-paint.ts';
import type { Interaction } from './interactions.ts';
import type { ListTime } from './members-api.ts';

export type PageFigures = {
  name: string;
  /** Lighthouse, on the app's own document. */
  desktop: FirstPaint;
  mobile: FirstPaint;
  /** In the frame of the admin, not slowed down. */
  embedded: { lcpMs: number; cls: number; jsKb: number };
};

export type DashboardFigures = {
  runs: number;
  customers: number;
  pages: readonly PageFigures[];
  interactions: readonly (Interaction & { device: Device['name'] })[];
  lists: readonly ListTime[];
};

const targets = { lcpDesktopMs: 1_200, lcpMobileMs: 2_500, cls: 0.02, inpMs: 150, firstPageJsKb: 250 };

/** What `--json` prints: of several pages, lists or interactions the worst one. */
export function toDashboardJson(figures: DashboardFigures) {
  const worst = (value: (page: PageFigures) => number) => Math.max(...figures.pages.map(value));
  return {
    lcpDesktopMs: Math.round(worst((page) => page.desktop.lcpMs)),
    lcpMobileMs: Math.round(worst((page) => page.mobile.lcpMs)),
    cls: rounded(
      worst(({ desktop, mobile, embedded }) => Math.max(desktop.cls, mobile.cls, embedded.cls)),
      4,
    ),
    inpMs: Math.round(Math.max(...figures.interactions.map(({ durationMs }) => durationMs))),
    firstPageJsKb: rounded(
      worst((page) => page.embedded.jsKb),
      1,
    ),
    membersPageP95Ms: rounded(Math.max(...figures.lists.map(({ p95Ms }) => p95Ms)), 1),
    runs: figures.runs,
    customers: figures.customers,
    benchmarkIndex: benchmarkIndex(figures),
    pages: figures.pages,
    interactions: figures.interactions,
    lists: figures.lists,
  };
}

export function describeDashboard(figures: DashboardFigures): string {
  const summary = toDashboardJson(figures);
  const lines = [
    row(
      summary.lcpDesktopMs,
      targets.lcpDesktopMs,
      'LCP, desktop preset',
      'ms',
      eachPage(figures, (p) => p.desktop.lcpMs),
    ),
    row(
      summary.lcpMobileMs,
      targets.lcpMobileMs,
      'LCP, mobile preset',
      'ms',
      eachPage(figures, (p) => p.mobile.lcpMs),
    ),
    row(
      summary.cls,
      targets.cls,
      'CLS',
      '',
      eachPage(figures, (p) => Math.max(p.desktop.cls, p.mobile.cls, p.embedded.cls), 4),
    ),
    row(summary.inpMs, targets.inpMs, 'slowest interaction', 'ms', slowest(figures)),
    row(
      summary.firstPageJsKb,
      targets.firstPageJsKb,
      'JavaScript, gzip',
      'kB',
      eachPage(figures, (p) => p.embedded.jsKb, 1),
    ),
    `    ${'in the admin’s frame, LCP'.padEnd(26)} ${eachPage(figures, (p) => p.embedded.lcpMs)} ms, not slowed down\n`,
    `    ${'benchmark index'.padEnd(26)} ${benchmarkIndex(figures)}; a busy machine is a slow one, and the times above grow\n`,
    `    ${'lists of customers'.padEnd(26)} p95 at most ${summary.membersPageP95Ms} ms\n`,
    ...figures.lists.map(({ what, p50Ms, p95Ms }) => `        ${what.padEnd(34)} p50 ${ms(p50Ms)}  p95 ${ms(p95Ms)}\n`),
    '    interactions\n',
    ...figures.interactions.map(
      ({ device, what, durationMs }) =>
        `        ${`${what}, ${device}`.padEnd(34)} ${String(durationMs).padStart(5)} ms\n`,
    ),
  ];
  return lines.join('');
}

function row(value: number, atMost: number, what: string, unit: string, detail: string): string {
  const mark = value <= atMost ? '✓' : '✗';
  return `  ${mark} ${what.padEnd(26)} ${`${value} ${unit}`.trim().padStart(9)}  (at most ${`${atMost} ${unit}`.trim()}; ${detail})\n`;
}

function eachPage({ pages }: DashboardFigures, value: (page: PageFigures) => number, digits = 0): string {
  return pages.map((page) => `${page.name} ${rounded(value(page), digits)}`).join(', ');
}

function benchmarkIndex({ pages }: DashboardFigures): number {
  return Math.round(median(pages.flatMap((page) => [page.desktop.benchmarkIndex, page.mobile.benchmarkIndex])));
}

function slowest({ interactions }: DashboardFigures): string {
  const [worst] = [...interactions].sort((a, b) => b.durationMs - a.durationMs);
  return worst ? `${worst.what}, ${worst.device}` : 'none';
}

function ms(value: number): string {
  return `${value.toFixed(1).padStart(6)} ms`;
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
