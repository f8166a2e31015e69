import { useLayoutEffect, useRef, useState, type PointerEvent } from 'react';
import { useLocale } from 'react-aria-components/I18nProvider';
import { labelledMarks, smoothPath, ticksUpTo } from './chart-shape.ts';
import type { ChartData, ChartTone } from './chart.tsx';

const ticksMax = 4;
/** More labels than that are not read, and less room for each would make them run into each other. */
const labelsMax = 6;
const labelWidthMin = 72;
/** Of a digit or sign in the size of the labels, on the wide side. */
const signWidth = 7;
const gap = 8;
const top = 8;
const bottom = 24;
const barWidthMax = 28;

type Size = { width: number; height: number };

/** The picture of a chart, in place of whatever it stands in. Drawn by React as it is, so that it costs no library. */
export function ChartPicture({ data, summary }: { data: ChartData; summary: string }) {
  const { direction } = useLocale();
  const [size, setSize] = useState<Size>();
  const [marked, setMarked] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const plan = size && planOf(data, size, direction === 'rtl');
  const mark = (event: PointerEvent<HTMLDivElement>) => {
    if (!plan) return;
    setMarked(plan.markAt(event.clientX - event.currentTarget.getBoundingClientRect().left));
  };
  return (
    <div
      ref={box}
      className="absolute inset-0"
      onPointerMove={mark}
      onPointerDown={mark}
      onPointerLeave={() => setMarked(null)}
    >
      {plan && (
        <svg
          width={plan.width}
          height={plan.height}
          role="img"
          aria-label={summary}
          className="block overflow-visible text-sm"
        >
          <Axes data={data} plan={plan} />
          {data.kind === 'bar' ? <Bars data={data} plan={plan} /> : <Lines data={data} plan={plan} marked={marked} />}
        </svg>
      )}
      {plan && marked !== null && <Note data={data} plan={plan} marked={marked} />}
    </div>
  );
}

/** Where everything lies, in pixels of the picture. */
type Plan = Size & {
  ticks: readonly number[];
  /** The sides between which marks stand, left and right. */
  left: number;
  right: number;
  isReversed: boolean;
  band: number;
  x: (mark: number) => number;
  y: (value: number) => number;
  markAt: (x: number) => number | null;
};

function planOf(data: ChartData, { width, height }: Size, isReversed: boolean): Plan {
  const count = Math.max(1, data.labels.length);
  const ticks = ticksUpTo(Math.max(0, ...data.series.flatMap((one) => one.values)), ticksMax);
  const highest = ticks.at(-1) ?? 1;
  const beside = gap + signWidth * Math.max(...ticks.map((tick) => data.format(tick).length));
  const [left, right] = isReversed ? [0, width - beside] : [beside, width];
  const band = (right - left) / count;
  const x = (mark: number) => (isReversed ? right - band * (mark + 0.5) : left + band * (mark + 0.5));
  return {
    width,
    height,
    ticks,
    left,
    right,
    isReversed,
    band,
    x,
    y: (value) => height - bottom - (value / highest) * (height - bottom - top),
    markAt(at) {
      const nth = Math.floor((isReversed ? right - at : at - left) / band);
      return nth >= 0 && nth < data.labels.length ? nth : null;
    },
  };
}

function Axes({ data, plan }: { data: ChartData; plan: Plan }) {
  const { ticks, left, right, isReversed, width, height, x, y } = plan;
  // A date with its year takes more room than one without.
  const labelWidth = Math.max(labelWidthMin, gap + signWidth * Math.max(...data.labels.map((label) => label.length)));
  const half = labelWidth / 2;
  return (
    <g aria-hidden>
      {ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={left}
            x2={right}
            y1={y(tick)}
            y2={y(tick)}
            className={tick === 0 ? 'stroke-line' : 'stroke-line-secondary'}
          />
          <text
            x={isReversed ? right + gap : left - gap}
            y={y(tick)}
            dominantBaseline="middle"
            // `end` of a text that runs from right to left is on its left.
            textAnchor="end"
            className="fill-ink-secondary tabular-nums"
          >
            {data.format(tick)}
          </text>
        </g>
      ))}
      {labelledMarks(data.labels.length, Math.min(labelsMax, Math.floor((right - left) / labelWidth))).map((mark) => (
        <text
          key={mark}
          x={Math.min(Math.max(x(mark), half), width - half)}
          y={height - 4}
          textAnchor="middle"
          className="fill-ink-secondary"
        >
          {data.labels[mark]}
        </text>
      ))}
    </g>
  );
}

function Bars({ data, plan }: { data: ChartData; plan: Plan }) {
  const room = plan.band * 0.8;
  const barWidth = Math.min(barWidthMax, room / data.series.length);
  const zero = plan.y(0);
  return data.series.map((one, nth) => (
    <g key={one.id} className={fills[one.tone]}>
      {one.values.map((value, mark) => (
        <rect
          key={data.labels[mark]}
          x={plan.x(mark) + (nth - data.series.length / 2) * barWidth}
          y={plan.y(value)}
          width={barWidth}
          height={Math.max(0, zero - plan.y(value))}
          rx={Math.min(3, barWidth / 3)}
        />
      ))}
    </g>
  ));
}

function Lines({ data, plan, marked }: { data: ChartData; plan: Plan; marked: number | null }) {
  const zero = plan.y(0);
  return data.series.map((one, nth) => {
    const points = one.values.map((value, mark) => ({ x: plan.x(mark), y: plan.y(value) }));
    const path = smoothPath(points);
    const [first, last] = [points[0], points.at(-1)];
    const point = marked === null ? undefined : points[marked];
    return (
      <g key={one.id}>
        {nth === 0 && first && last && (
          <path d={`${path}L${last.x} ${zero}L${first.x} ${zero}Z`} className={`opacity-10 ${fills[one.tone]}`} />
        )}
        <path d={path} strokeWidth={2} className={`fill-none ${strokes[one.tone]}`} />
        {point && <circle cx={point.x} cy={point.y} r={4} className={fills[one.tone]} />}
      </g>
    );
  });
}

/** What the mark below the pointer stands for. Readers without a pointer have the table. */
function Note({ data, plan, marked }: { data: ChartData; plan: Plan; marked: number }) {
  const x = plan.x(marked);
  const isOnLeft = x > plan.width / 2;
  return (
    <div
      aria-hidden
      className="pointer-events-none absolute top-2 rounded-md bg-surface-inverse px-2 py-1 text-sm whitespace-nowrap text-ink-inverse"
      style={isOnLeft ? { right: plan.width - x + gap } : { left: x + gap }}
    >
      <p className="font-semibold">{data.labels[marked]}</p>
      {data.series.map((one) => (
        <p key={one.id} className="flex items-center gap-1.5 tabular-nums">
          <svg width={8} height={8} className={fills[one.tone]}>
            <rect width={8} height={8} rx={2} />
          </svg>
          {one.label}: {data.format(one.values[marked] ?? 0)}
        </p>
      ))}
    </div>
  );
}

const fills: Record<ChartTone, string> = {
  first: 'fill-(--chart-first)',
  second: 'fill-(--chart-second)',
  third: 'fill-(--chart-third)',
};

const strokes: Record<ChartTone, string> = {
  first: 'stroke-(--chart-first)',
  second: 'stroke-(--chart-second)',
  third: 'stroke-(--chart-third)',
};
