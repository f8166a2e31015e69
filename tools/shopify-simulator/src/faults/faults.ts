import type { AdminFaults, ApiFaults, DeliveryFaults, FaultChange, UserErrorFault } from './fault-types.ts';

export const NO_DELIVERY_FAULTS: DeliveryFaults = {
  duplicate: 0,
  duplicateAs: 'same-id',
  reorder: 0,
  drop: 0,
  corrupt: 0,
  delayMs: 0,
  paused: false,
};

const NO_API_FAULTS: ApiFaults = { slowMs: 0, throttleNext: 0, errorNext: 0, cutNext: 0, userErrors: {} };

const NO_ADMIN_FAULTS: AdminFaults = { expiredTokensNext: 0, offline: false };

type Scope = { deliveries: Partial<DeliveryFaults>; api: ApiFaults; admin: AdminFaults };
type Counter = 'throttleNext' | 'errorNext' | 'cutNext';

/** What is made to go wrong, for all shops or for one; a shop's own setting wins. */
export type Faults = {
  change(shop: string | undefined, change: FaultChange): void;
  clear(shop: string | undefined): void;
  deliveriesOf(shop: string): DeliveryFaults;
  slowMs(shop: string): number;
  /** True if this request is to fail so; counts it. */
  takeOne(shop: string, counter: Counter): boolean;
  takeUserError(shop: string, mutation: string): UserErrorFault | undefined;
  /** True if this id token is to be an expired one; counts it. */
  takeExpiredToken(shop: string): boolean;
  isAdminOffline(shop: string): boolean;
  describe(): Record<string, Scope>;
};

const EVERYWHERE = '*';

export function createFaults(): Faults {
  const scopes = new Map<string, Scope>();
  const effective = new Map<string, DeliveryFaults>();

  const scopeOf = (shop: string | undefined): Scope => {
    const key = shop ?? EVERYWHERE;
    const known = scopes.get(key);
    if (known) return known;
    const fresh: Scope = {
      deliveries: {},
      api: { ...NO_API_FAULTS, userErrors: {} },
      admin: { ...NO_ADMIN_FAULTS },
    };
    scopes.set(key, fresh);
    return fresh;
  };
  const scopesFor = (shop: string) => [scopes.get(shop), scopes.get(EVERYWHERE)].filter((scope) => scope !== undefined);

  return {
    change(shop, { deliveries, api, admin }) {
      const scope = scopeOf(shop);
      // JSON has no undefined: what is given has a value.
      Object.assign(scope.deliveries, deliveries);
      Object.assign(scope.admin, admin);
      Object.assign(scope.api, api, { userErrors: { ...scope.api.userErrors, ...api?.userErrors } });
      effective.clear();
    },
    clear(shop) {
      if (shop === undefined) scopes.clear();
      else scopes.delete(shop);
      effective.clear();
    },
    deliveriesOf(shop) {
      const known = effective.get(shop);
      if (known) return known;
      const merged = {
        ...NO_DELIVERY_FAULTS,
        ...scopes.get(EVERYWHERE)?.deliveries,
        ...scopes.get(shop)?.deliveries,
      };
      effective.set(shop, merged);
      return merged;
    },
    slowMs: (shop) => scopesFor(shop).find(({ api }) => api.slowMs > 0)?.api.slowMs ?? 0,
    takeOne(shop, counter) {
      const scope = scopesFor(shop).find(({ api }) => api[counter] > 0);
      if (!scope) return false;
      scope.api[counter]--;
      return true;
    },
    takeUserError(shop, mutation) {
      const scope = scopesFor(shop).find(({ api }) => (api.userErrors[mutation]?.next ?? 0) > 0);
      const fault = scope?.api.userErrors[mutation];
      if (fault) fault.next--;
      return fault;
    },
    takeExpiredToken(shop) {
      const scope = scopesFor(shop).find(({ admin }) => admin.expiredTokensNext > 0);
      if (!scope) return false;
      scope.admin.expiredTokensNext--;
      return true;
    },
    isAdminOffline: (shop) => scopesFor(shop).some(({ admin }) => admin.offline),
    describe: () => Object.fromEntries(scopes),
  };
}
