import type { Overview } from '@loyalnest/contracts/rest/overview';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { request } from './client.ts';

export type OverviewPeriod = '30' | '90' | '365';

export const overviewKeys = { all: ['overview'] as const };

export function overviewQuery(days: OverviewPeriod) {
  return queryOptions({
    queryKey: [...overviewKeys.all, days],
    queryFn: ({ signal }) => request<Overview>('/v1/api/points/overview', { query: { days }, signal }),
  });
}

export function useOverview(days: OverviewPeriod) {
  return useQuery({ ...overviewQuery(days), placeholderData: keepPreviousData });
}
