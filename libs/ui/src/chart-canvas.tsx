import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
  type ChartConfiguration,
} from 'chart.js';
import { useEffect, useRef } from 'react';
import type { ChartData, ChartTone } from './chart.tsx';

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** More marks than that would run into each other below a chart on a phone. */
const labelsMax = 6;

export default function ChartCanvas({ data, summary }: { data: ChartData; summary: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return undefined;
    const chart = new Chart(canvas.current, configure(data, canvas.current));
    return () => chart.destroy();
  }, [data]);
  return <canvas ref={canvas} role="img" aria-label={summary} />;
}

function configure(data: ChartData, canvas: HTMLCanvasElement): ChartConfiguration {
  const style = getComputedStyle(canvas);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const colourOf = (tone: ChartTone) => token(`--chart-${tone}`);
  const isRightToLeft = style.direction === 'rtl';
  const ticks = { color: token('--p-color-text-secondary'), font: { family: style.fontFamily, size: 12 } };

  return {
    type: data.kind,
    data: {
      labels: [...data.labels],
      datasets: data.series.map((one) => ({
        label: one.label,
        data: [...one.values],
        borderColor: colourOf(one.tone),
        backgroundColor: data.kind === 'bar' ? colourOf(one.tone) : `${colourOf(one.tone)}1f`,
        fill: data.kind === 'line' && one.tone === 'first',
        borderWidth: data.kind === 'bar' ? 0 : 2,
        borderRadius: 3,
        maxBarThickness: 28,
        pointRadius: 0,
        pointHitRadius: 12,
        tension: 0.3,
        cubicInterpolationMode: 'monotone' as const,
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      ...(prefersStillness() && { animation: false as const }),
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: {
          reverse: isRightToLeft,
          grid: { display: false },
          border: { color: token('--p-color-border') },
          ticks: { ...ticks, maxTicksLimit: labelsMax, maxRotation: 0, autoSkipPadding: 12 },
        },
        y: {
          beginAtZero: true,
          position: isRightToLeft ? 'right' : 'left',
          grid: { color: token('--p-color-border-secondary') },
          border: { display: false },
          ticks: { ...ticks, precision: 0, maxTicksLimit: 5, callback: (value) => data.format(Number(value)) },
        },
      },
      plugins: {
        tooltip: {
          rtl: isRightToLeft,
          backgroundColor: token('--p-color-bg-surface-inverse'),
          bodyFont: { family: style.fontFamily },
          titleFont: { family: style.fontFamily },
          callbacks: {
            label: (item) => `${item.dataset.label ?? ''}: ${data.format(item.parsed.y ?? 0)}`,
          },
        },
      },
    },
  };
}

function prefersStillness(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
