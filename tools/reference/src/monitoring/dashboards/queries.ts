import type { Query } from '../panel.ts';

export const interval = '[$__rate_interval]';

export function quantile(share: number, buckets: string, by?: string, prefix = ''): Query {
  const labels = by === undefined ? 'le' : `le, ${by}`;
  return {
    expr: `histogram_quantile(${share}, sum by (${labels}) (rate(${buckets}${interval})))`,
    legend: by === undefined ? `${share * 100}%` : `${prefix}{{${by}}}`,
  };
}

export function quantiles(buckets: string): Query[] {
  return [0.5, 0.95, 0.99].map((share) => quantile(share, buckets));
}
