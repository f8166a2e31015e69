import type {
  AdjustRequest,
  Adjustment,
  CustomerFilter,
  CustomerSearchPage,
  CustomerSort,
  MemberDetail,
  MemberOrderPage,
  MemberPage,
} from '@loyalnest/contracts/rest/customers';
import type { HistoryPage, RedemptionPage } from '@loyalnest/contracts/rest/points';
import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query';
import { act } from './action-keys.ts';
import { activityKeys } from './activity.ts';
import { request } from './client.ts';
import { overviewKeys } from './overview.ts';
import { endlessQuery } from './page.ts';

export type MemberQuery = {
  sort?: CustomerSort;
  order?: 'asc' | 'desc';
  filter?: CustomerFilter;
  ids?: readonly number[];
  cursor?: string | null;
  limit?: number;
};

export const customerKeys = {
  all: ['customers'] as const,
  lists: ['customers', 'list'] as const,
  one: (customerId: number) => ['customers', 'one', customerId] as const,
};

export function membersQuery(query: MemberQuery) {
  return queryOptions({
    queryKey: [...customerKeys.lists, query],
    queryFn: ({ signal }) => request<MemberPage>('/v1/api/points/members', { query, signal }),
  });
}

/** A page of customers; the page before stays visible while the next one loads. */
export function useMembers(query: MemberQuery, { isEnabled = true } = {}) {
  return useQuery({ ...membersQuery(query), placeholderData: keepPreviousData, enabled: isEnabled });
}

/** Customers by name, address or number. Nothing is asked for while the text is empty. */
export function useCustomerSearch({ q, cursor, limit }: { q: string; cursor?: string | null; limit?: number }) {
  return useQuery({
    queryKey: ['customers', 'search', { q, cursor, limit }],
    queryFn: ({ signal }) =>
      request<CustomerSearchPage>('/v1/api/customers/search', { query: { q, cursor, limit }, signal }),
    enabled: q.trim() !== '',
    placeholderData: keepPreviousData,
  });
}

export function memberQuery(customerId: number) {
  return queryOptions({
    queryKey: customerKeys.one(customerId),
    queryFn: ({ signal }) => request<MemberDetail>(`/v1/api/points/members/${customerId}`, { signal }),
  });
}

export function useMember(customerId: number) {
  return useQuery(memberQuery(customerId));
}

export function useMemberOrders(customerId: number) {
  return useInfiniteQuery(
    endlessQuery<MemberOrderPage['items'][number]>([...customerKeys.one(customerId), 'orders'], (cursor, signal) =>
      request<MemberOrderPage>(`/v1/api/points/members/${customerId}/orders`, { query: { cursor }, signal }),
    ),
  );
}

export function useMemberHistory(customerId: number) {
  return useInfiniteQuery(
    endlessQuery<HistoryPage['items'][number]>([...customerKeys.one(customerId), 'history'], (cursor, signal) =>
      request<HistoryPage>('/v1/api/points/history', { query: { customerId, cursor }, signal }),
    ),
  );
}

export function useMemberRedemptions(customerId: number) {
  return useInfiniteQuery(
    endlessQuery<RedemptionPage['items'][number]>([...customerKeys.one(customerId), 'redemptions'], (cursor, signal) =>
      request<RedemptionPage>('/v1/api/redemptions', { query: { customerId, cursor }, signal }),
    ),
  );
}

/** Gives or takes points by hand. */
export function useAdjust() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: AdjustRequest) => act<Adjustment>('/v1/api/points/adjust', { body }),
    onSuccess: ({ customerId }) => refreshPoints(client, customerId),
  });
}

/** Takes back what was given or taken by hand. */
export function useUndoAdjustment() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (transferId: number) => act<Adjustment>(`/v1/api/points/adjust/${transferId}/undo`),
    onSuccess: ({ customerId }) => refreshPoints(client, customerId),
  });
}

/** After a customer's points moved, whatever shows them is read again. */
export async function refreshPoints(client: QueryClient, customerId: number): Promise<void> {
  const keys = [customerKeys.one(customerId), customerKeys.lists, activityKeys.all, overviewKeys.all];
  await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
}
