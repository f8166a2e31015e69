import type {
  WebhookFailureDetail,
  WebhookFailurePage,
  WebhookFailureResponse,
  WebhookRetry,
} from '@loyalnest/contracts/rest/activity';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from './client.ts';
import { overviewKeys } from './overview.ts';
import { endlessQuery } from './page.ts';

/** Two services take Shopify's webhooks, each keeps what it could not process. */
export const webhookSources = ['points', 'customers'] as const;
export type WebhookSource = (typeof webhookSources)[number];

const keys = { all: ['webhook-failures'] as const };
const pathOf = (source: WebhookSource) => `/v1/api/${source}/webhook-failures`;

export function useWebhookFailures(source: WebhookSource) {
  return useInfiniteQuery(
    endlessQuery<WebhookFailureResponse>([...keys.all, source], (cursor, signal) =>
      request<WebhookFailurePage>(pathOf(source), { query: { cursor }, signal }),
    ),
  );
}

export function useWebhookFailure(source: WebhookSource, failureId: string) {
  return useQuery({
    queryKey: [...keys.all, source, failureId],
    queryFn: ({ signal }) =>
      request<WebhookFailureDetail>(`${pathOf(source)}/${encodeURIComponent(failureId)}`, { signal }),
  });
}

/** Processes one delivery again, or all of a service's. What was processed before is harmless: business keys see to it. */
export function useRetryWebhooks() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ source, failureId }: { source: WebhookSource; failureId?: string }) => {
      const one = failureId === undefined ? '' : `/${encodeURIComponent(failureId)}`;
      return request<WebhookRetry>(`${pathOf(source)}${one}/retry`, { method: 'POST' });
    },
    onSettled: () =>
      Promise.all([keys.all, overviewKeys.all].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
