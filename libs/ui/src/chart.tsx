import { ChartVerticalIcon, DataTableIcon } from '@shopify/polaris-icons';
import { useState } from 'react';
import { Button } from './button.tsx';
import { Card } from './card.tsx';
import { ChartPicture } from './chart-picture.tsx';
import { SkeletonText } from './skeleton.tsx';
import { useUiTexts } from './texts.tsx';

export type ChartTone = 'first' | 'second' | 'third';

export type ChartSeries = { id: string; label: string; tone: ChartTone; values: readonly number[] };

export type ChartData = {
  kind: 'line' | 'bar';
  /** What the points of the horizontal axis are called, such as days. */
  labels: readonly string[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
};

type ChartProps = {
  title: string;
  /** What the picture shows in a sentence with its main figures, for those who do not see it. */
  summary: string;
  /** The head of the table's first column. */
  labelHeader: string;
  /** `undefined` while it loads. */
  data: ChartData | undefined;
};

/** A picture, and behind it the table it is drawn from. */
export function Chart({ title, summary, labelHeader, data }: ChartProps) {
  const texts = useUiTexts();
  const [isTable, setTable] = useState(false);
  return (
    <Card
      title={title}
      actions={
        // The words, not the padding around them, end where the picture below ends.
        <span className="-me-3">
          <Button
            variant="tertiary"
            icon={isTable ? ChartVerticalIcon : DataTableIcon}
            onPress={() => setTable(!isTable)}
            isDisabled={!data}
          >
            <span className="max-sm:sr-only">{isTable ? texts.chartPicture : texts.chartTable}</span>
          </Button>
        </span>
      }
    >
      <div className="h-64">
        {!data && <Waiting />}
        {data && isTable && <ChartTable title={title} labelHeader={labelHeader} data={data} />}
        {data && !isTable && (
          <div className="flex h-full flex-col gap-2">
            <Legend series={data.series} />
            <div className="relative min-h-0 flex-1">
              <ChartPicture data={data} summary={summary} />
            </div>
          </div>
        )}
      </div>
    </Card>
  );
}

function Legend({ series }: { series: readonly ChartSeries[] }) {
  if (series.length < 2) return null;
  return (
    <ul className="flex flex-wrap gap-4">
      {series.map((one) => (
        <li key={one.id} className="flex items-center gap-1.5 text-sm text-ink-secondary">
          <span aria-hidden className={`size-2.5 rounded-sm ${swatches[one.tone]}`} />
          {one.label}
        </li>
      ))}
    </ul>
  );
}

const swatches: Record<ChartTone, string> = {
  first: 'bg-(--chart-first)',
  second: 'bg-(--chart-second)',
  third: 'bg-(--chart-third)',
};

function ChartTable({ title, labelHeader, data }: { title: string; labelHeader: string; data: ChartData }) {
  return (
    // What scrolls has to be reachable by keyboard.
    <div role="group" aria-label={title} tabIndex={0} className="h-full overflow-auto">
      <table className="w-full border-collapse tabular-nums">
        <caption className="sr-only">{title}</caption>
        <thead className="sticky top-0 bg-surface-secondary text-sm text-ink-secondary">
          <tr>
            <th scope="col" className="px-2 py-1.5 text-start font-medium">
              {labelHeader}
            </th>
            {data.series.map((one) => (
              <th key={one.id} scope="col" className="px-2 py-1.5 text-end font-medium">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.labels.map((label, index) => (
            <tr key={label} className="border-b border-line-secondary">
              <th scope="row" className="px-2 py-1 text-start font-regular">
                {label}
              </th>
              {data.series.map((one) => (
                <td key={one.id} className="px-2 py-1 text-end">
                  {data.format(one.values[index] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Waiting() {
  return (
    <div className="flex h-full flex-col justify-end gap-8">
      {[0, 1, 2, 3].map((line) => (
        <SkeletonText key={line} />
      ))}
    </div>
  );
}
