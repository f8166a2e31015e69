import type { Role, RolesResponse } from '@loyalnest/contracts/rest/auth';
import type { MerchantResponse } from '@loyalnest/contracts/rest/merchant';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { request } from './client.ts';

/** Neither changes while somebody looks at a page. */
const staleTime = Infinity;

export const merchantQuery = queryOptions({
  queryKey: ['merchant'],
  queryFn: ({ signal }) => request<MerchantResponse>('/v1/api/merchant', { signal }),
  staleTime,
});

export const rolesQuery = queryOptions({
  queryKey: ['roles'],
  queryFn: ({ signal }) => request<RolesResponse>('/v1/api/auth/roles', { signal }),
  staleTime,
});

export function useMerchant() {
  return useQuery(merchantQuery);
}

/**
 * Whether the person may change points and the programme. Until the roles are known, nothing is offered that the server
 * might refuse; `isReadOnly` is true only once it is known, so that the reason does not flash up.
 */
export function useAccess(): { canWrite: boolean; isReadOnly: boolean } {
  const { data } = useQuery(rolesQuery);
  const canWrite = data !== undefined && mayWrite(data.roles);
  return { canWrite, isReadOnly: data !== undefined && !canWrite };
}

export function mayWrite(roles: readonly Role[]): boolean {
  return roles.includes('admin:full') || roles.includes('admin:points');
}
