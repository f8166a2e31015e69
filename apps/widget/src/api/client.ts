import type { StreamToken } from '@loyalnest/contracts/rest/stream';
import type { HistoryPage, RedemptionResponse } from '@loyalnest/contracts/rest/points';
import type { StorefrontResponse } from '@loyalnest/contracts/rest/storefront';

/** Shopify's app proxy gives up after ten seconds; past that only the network is still trying. */
const answerMaxMs = 15_000;

export type Problem = { outcome: 'problem'; status: number; code: string } | { outcome: 'unreachable' };
export type Answer<T> = { outcome: 'ok'; body: T } | Problem;
export type Api = ReturnType<typeof createApi>;

/** Our REST API as the shop's app proxy offers it. Who asks is Shopify's to say, so no call names a customer. */
export function createApi(proxyUrl: string) {
  async function ask<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
    try {
      const response = await fetch(`${proxyUrl}/v1/api/${path}`, {
        ...init,
        cache: 'no-store',
        signal: AbortSignal.timeout(answerMaxMs),
      });
      const body: unknown = await response.json();
      if (response.ok) return { outcome: 'ok', body: body as T };
      const { code } = body as { code: string };
      return { outcome: 'problem', status: response.status, code };
    } catch {
      // No network, no answer in time, or a page of the proxy's own instead of ours.
      return { outcome: 'unreachable' };
    }
  }

  const post = <T>(path: string, key: string, body: unknown) =>
    ask<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });

  return {
    storefront: () => ask<StorefrontResponse>('points/me'),
    history: (cursor: string) => ask<HistoryPage>(`points/history?cursor=${encodeURIComponent(cursor)}`),
    streamToken: () => ask<StreamToken>('points/stream-token'),
    redeem: (rewardId: number, key: string) => post<RedemptionResponse>('points/redeem', key, { rewardId }),
    redemption: (redemptionId: number) => ask<RedemptionResponse>(`redemptions/${redemptionId}`),
    /** A code is given back once, so its id is key enough. */
    cancel: (redemptionId: number) =>
      post<RedemptionResponse>(`redemptions/${redemptionId}/cancel`, `cancel-${redemptionId}`, {}),
  };
}

/** Whether asking again with the same key cannot change the answer any more. */
export function isFinal(answer: Answer<unknown>): boolean {
  if (answer.outcome === 'ok') return true;
  if (answer.outcome === 'unreachable') return false;
  return answer.status < 500 && answer.status !== 429 && answer.code !== 'request-in-progress';
}
