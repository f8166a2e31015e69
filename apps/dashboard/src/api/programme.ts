import type { ProgrammeSettings } from '@loyalnest/contracts/programme';
import type { RewardInput, RewardList, RewardResponse, SettingsResponse } from '@loyalnest/contracts/rest/points';
import type { SettingsHistoryPage, SettingsPreview } from '@loyalnest/contracts/rest/programme-preview';
import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { act } from './action-keys.ts';
import { request } from './client.ts';
import { overviewKeys } from './overview.ts';
import { endlessQuery } from './page.ts';

export const programmeKeys = {
  settings: ['programme', 'settings'] as const,
  versions: ['programme', 'versions'] as const,
  rewards: ['programme', 'rewards'] as const,
};

export const settingsQuery = queryOptions({
  queryKey: programmeKeys.settings,
  queryFn: ({ signal }) => request<SettingsResponse>('/v1/api/points/settings', { signal }),
});

export function useSettings() {
  return useQuery(settingsQuery);
}

/** Saving names the version it started from; 409 `settings-conflict` carries the newest one in `details.current`. */
export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { version: number; settings: ProgrammeSettings }) =>
      request<SettingsResponse>('/v1/api/points/settings', { method: 'PUT', body }),
    onSuccess: async (saved) => {
      client.setQueryData(programmeKeys.settings, saved);
      const keys = [programmeKeys.versions, overviewKeys.all];
      await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
    },
  });
}

/** What other settings would have cost on the shop's own orders. The last answer stays while the next one is computed. */
export function useSettingsPreview(settings: ProgrammeSettings | undefined) {
  return useQuery({
    queryKey: ['programme', 'preview', settings],
    queryFn: ({ signal }) =>
      request<SettingsPreview>('/v1/api/points/settings/preview', { method: 'POST', body: { settings }, signal }),
    enabled: settings !== undefined,
    placeholderData: keepPreviousData,
  });
}

export function useSettingsVersions() {
  return useInfiniteQuery(
    endlessQuery<SettingsHistoryPage['items'][number]>(programmeKeys.versions, (cursor, signal) =>
      request<SettingsHistoryPage>('/v1/api/points/settings/versions', { query: { cursor }, signal }),
    ),
  );
}

export const rewardsQuery = queryOptions({
  queryKey: programmeKeys.rewards,
  queryFn: ({ signal }) => request<RewardList>('/v1/api/rewards', { signal }),
});

export function useRewards() {
  return useQuery(rewardsQuery);
}

/** Creates a reward, or changes the one that is named. */
export function useSaveReward() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ rewardId, reward }: { rewardId: number | undefined; reward: RewardInput }) =>
      rewardId === undefined
        ? act<RewardResponse>('/v1/api/rewards', { body: reward })
        : request<RewardResponse>(`/v1/api/rewards/${rewardId}`, { method: 'PUT', body: reward }),
    onSuccess: () => client.invalidateQueries({ queryKey: programmeKeys.rewards }),
  });
}
