import type { ReactNode } from 'react';
import { SkeletonText } from './skeleton.tsx';

type MetricProps = {
  label: ReactNode;
  value: ReactNode;
  /** A second line, such as what the points are worth. */
  note?: ReactNode;
};

/** Figures beside each other, as the description list that they are. */
export function MetricList({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-clip rounded-lg bg-line-secondary shadow-card ring-1 ring-line-secondary md:grid-cols-4">
      {children}
    </dl>
  );
}

export function Metric({ label, value, note }: MetricProps) {
  return (
    <div className="flex min-w-0 flex-col gap-1 bg-surface p-4">
      <dt className="text-md font-medium text-ink-secondary">{label}</dt>
      <dd className="min-w-0">
        <span className="block text-xl font-semibold break-words tabular-nums">{value}</span>
        {note !== undefined && <span className="block text-sm text-ink-secondary">{note}</span>}
      </dd>
    </div>
  );
}

export function MetricSkeleton() {
  return (
    <Metric
      label={<SkeletonText width="w-20" />}
      value={<SkeletonText width="w-16" size="xl" />}
      note={<SkeletonText width="w-24" size="sm" />}
    />
  );
}
