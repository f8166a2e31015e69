import { seededRandom } from '../figures/random.ts';
import { orderTemplates } from '../orders/order-request.ts';
import { OrderSource } from '../orders/order-source.ts';
import type { Workload } from '../orders/population.ts';
import { BalanceSource } from './balance-source.ts';
import { closedLoop, openLoop, type LoopOptions, type LoopResult } from './loops.ts';

/** What is sent to the server, and how. */
export type Load = LoopOptions & {
  /** The app's client secret, with which Shopify signs. */
  secret: string;
  workload: Workload;
  seed: number;
  of: { kind: 'orders'; firstOrderId: number } | { kind: 'balances' };
  /** Absent: as much as goes through. */
  ratePerSecond?: number;
};

export type LoadResult = LoopResult & {
  /** Orders are numbered on from here. */
  nextOrderId: number;
};

/** Different shapes of an order. */
const templateCount = 64;
/** More than a round sends on two cores; what is sent beyond is signed on the way. */
const signedAheadPerSecond = 12_000;
/** Each asks a few times in a round. */
const shopperCount = 20_000;

export async function runLoad(load: Load): Promise<LoadResult> {
  const random = seededRandom(load.seed);
  if (load.of.kind === 'balances') {
    const source = new BalanceSource({ ...load, random, at: new Date(), shoppers: shopperCount });
    return { ...(await closedLoop(source, load)), nextOrderId: 0 };
  }
  const templates = orderTemplates({ port: load.port, at: new Date(), count: templateCount });
  const source = new OrderSource({ ...load, templates, random, firstOrderId: load.of.firstOrderId });
  const seconds = (load.warmUpMs + load.measureMs) / 1_000;
  source.signAhead(Math.ceil(seconds * Math.min(signedAheadPerSecond, (load.ratePerSecond ?? Infinity) * 1.2)));
  // Signing leaves much behind; collected later it would take a core from the server in the middle of the measurement.
  globalThis.gc?.();
  const { ratePerSecond } = load;
  const result =
    ratePerSecond === undefined
      ? await closedLoop(source, load)
      : await openLoop(source, { ...load, ratePerSecond, random });
  return { ...result, nextOrderId: source.nextOrderId };
}
