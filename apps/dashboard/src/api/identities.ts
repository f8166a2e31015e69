import type { CustomerIdentity } from '@loyalnest/contracts/rest/customers';
import { useQueries, type UseQueryResult } from '@tanstack/react-query';
import { request } from './client.ts';

/** As many ids as one request takes. */
const idsMax = 250;
const staleMs = 5 * 60_000;

type Waiting = {
  customerId: number;
  resolve: (identity: CustomerIdentity | null) => void;
  reject: (error: unknown) => void;
};
let waiting: Waiting[] = [];

/** Asks for one customer; those that are asked for at once go out as one request. */
function loadIdentity(customerId: number): Promise<CustomerIdentity | null> {
  return new Promise((resolve, reject) => {
    waiting.push({ customerId, resolve, reject });
    if (waiting.length === 1) setTimeout(() => void loadWaiting(), 0);
  });
}

async function loadWaiting(): Promise<void> {
  const all = waiting;
  waiting = [];
  for (let start = 0; start < all.length; start += idsMax) await loadSome(all.slice(start, start + idsMax));
}

async function loadSome(some: readonly Waiting[]): Promise<void> {
  try {
    const ids = [...new Set(some.map((one) => one.customerId))];
    const { items } = await request<{ items: CustomerIdentity[] }>('/v1/api/customers', { query: { ids } });
    const byId = new Map(items.map((item) => [item.customerId, item]));
    for (const { customerId, resolve } of some) resolve(byId.get(customerId) ?? null);
  } catch (error) {
    for (const { reject } of some) reject(error);
  }
}

export type Identities = {
  /** Those that are known; `null` for a customer whom the shop does not have. */
  byId: ReadonlyMap<number, CustomerIdentity | null>;
  isPending: boolean;
};

/** Who these customers are. The ledger knows ids only, so names come from another service and are joined here. */
export function useIdentities(customerIds: readonly number[]): Identities {
  return useQueries({
    queries: [...new Set(customerIds)].map((customerId) => ({
      queryKey: ['customers', 'identity', customerId],
      queryFn: async () => ({ customerId, identity: await loadIdentity(customerId) }),
      staleTime: staleMs,
    })),
    combine: joinIdentities,
  });
}

function joinIdentities(
  results: UseQueryResult<{ customerId: number; identity: CustomerIdentity | null }>[],
): Identities {
  const known = results.flatMap(({ data }) => (data ? [data] : []));
  return {
    byId: new Map(known.map(({ customerId, identity }) => [customerId, identity])),
    isPending: results.some((result) => result.isPending),
  };
}
