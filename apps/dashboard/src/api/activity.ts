import type { ActivityEntry, ActivityPage, ShopRedemptionPage } from '@loyalnest/contracts/rest/activity';
import type { TransferKind } from '@loyalnest/contracts/rest/points';
import { useInfiniteQuery } from '@tanstack/react-query';
import { request } from './client.ts';
import { endlessQuery } from './page.ts';

export type ShopRedemption = ShopRedemptionPage['items'][number];
export type RedemptionStatus = ShopRedemption['status'];

export const activityKeys = {
  all: ['activity'] as const,
  transfers: (kind: TransferKind | undefined) => ['activity', 'transfers', kind ?? 'all'] as const,
  redemptions: (status: RedemptionStatus | undefined) => ['activity', 'redemptions', status ?? 'all'] as const,
};

/** Transfers of all customers, the newest first. */
export function useActivity(kind: TransferKind | undefined) {
  return useInfiniteQuery(
    endlessQuery<ActivityEntry>(activityKeys.transfers(kind), (cursor, signal) =>
      request<ActivityPage>('/v1/api/points/activity', { query: { kind, cursor, limit: 50 }, signal }),
    ),
  );
}

/** Rewards that customers took, the newest first. */
export function useShopRedemptions(status: RedemptionStatus | undefined) {
  return useInfiniteQuery(
    endlessQuery<ShopRedemption>(activityKeys.redemptions(status), (cursor, signal) =>
      request<ShopRedemptionPage>('/v1/api/points/redemptions', { query: { status, cursor, limit: 50 }, signal }),
    ),
  );
}
