import { randomUUID } from 'node:crypto';
import { createFrameChecks, type FrameChecks } from './admin-page/frame-checks.ts';
import type { AppToml } from './app-toml.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { getShop, type ShopState } from './state/shop-state.ts';
import { openStore, type Store } from './state/store.ts';
import { createClock, type Clock } from './time/clock.ts';
import { createRandom, type Random } from './time/random.ts';
import { createCourier, type Courier } from './webhooks/courier.ts';
import { createEmitter, type Emitter } from './webhooks/emitter.ts';
import { createDeliveryLedger, type DeliveryLedger } from './webhooks/ledger.ts';

export type WorldOptions = {
  clientId: string;
  clientSecret: string;
  /** Where the app listens, without a slash at the end. */
  appUrl: string;
  toml: AppToml;
  /** State is kept here between starts; in memory only without it. */
  dataDir?: string | undefined;
  /** The same seed gives the same randomness; without one every start differs. */
  seed?: string | undefined;
  clock?: Clock | undefined;
  /** Webhooks sent at the same time. */
  concurrency?: number | undefined;
};

/** Everything the parts of the simulator share. */
export type World = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appUrl: string;
  readonly toml: AppToml;
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Store;
  readonly faults: Faults;
  readonly ledger: DeliveryLedger;
  readonly courier: Courier;
  readonly emit: Emitter;
  readonly frameChecks: FrameChecks;
};

const CONCURRENCY = 64;

export function createWorld(options: WorldOptions): World {
  const clock = options.clock ?? createClock();
  const store = openStore(options.dataDir, clock.now());
  // The ids of webhooks must not come again after a restart, or the product would take new ones for known ones.
  const random = createRandom(`${options.seed ?? randomUUID()}/${store.starts}`);
  const faults = createFaults();
  const ledger = createDeliveryLedger();
  const courier = createCourier({
    clock,
    random,
    faults,
    ledger,
    secret: options.clientSecret,
    concurrency: options.concurrency ?? CONCURRENCY,
    onSubscriptionFailed: ({ shop, subscriptionId }) => store.findShop(shop)?.subscriptions.delete(subscriptionId ?? 0),
  });
  const { clientId, clientSecret, toml } = options;
  const appUrl = options.appUrl.replace(/\/+$/, '');
  const emit = createEmitter({ appUrl, toml, clock, random, ledger, courier });
  const frameChecks = createFrameChecks(clock);
  return { clientId, clientSecret, appUrl, toml, clock, random, store, faults, ledger, courier, emit, frameChecks };
}

export function closeWorld(world: World): void {
  world.courier.close();
  world.clock.stop();
  world.store.close();
}

export function isInstalled(state: ShopState): boolean {
  return getShop(state).installation !== undefined;
}
