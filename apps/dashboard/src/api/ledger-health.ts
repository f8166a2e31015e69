import type { LedgerHealth } from '@loyalnest/contracts/rest/ledger-health';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { request } from './client.ts';

export const ledgerHealthQuery = queryOptions({
  queryKey: ['ledger-health'],
  queryFn: ({ signal }) => request<LedgerHealth>('/v1/api/points/ledger-health', { signal }),
});

export function useLedgerHealth() {
  return useQuery(ledgerHealthQuery);
}

/** Runs the proof for this shop now. */
export function useVerifyLedger() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<LedgerHealth>('/v1/api/points/ledger-health/verify', { method: 'POST' }),
    onSuccess: (health) => client.setQueryData(ledgerHealthQuery.queryKey, health),
  });
}
