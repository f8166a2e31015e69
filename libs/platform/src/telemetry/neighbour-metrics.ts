import type { Redis } from '../redis/redis.ts';
import type { Reading } from './instruments.ts';

export type BreakerView = { service: string; state: 'closed' | 'half-open' | 'open' };
export type LagView = { source: string; consumer: string; events: number };

/** What this process knows of others. In one process there is nobody else, and nothing to tell. */
export type NeighbourViews = {
  /** One for each service that is called over a network. */
  breakers?: () => readonly BreakerView[];
  /** `null` where none is configured. */
  redis?: Redis | null;
  /** How far consumers are behind in a broker. */
  brokerLag?: (() => Promise<readonly LagView[]>) | undefined;
};

/** Asked as a request asks it: what is too slow to be waited for is away. */
export async function readRedis({ redis }: NeighbourViews): Promise<Reading[]> {
  const answer = redis
    ?.run((cluster) => cluster.ping())
    .then(
      () => 1,
      () => 0,
    );
  const samples = answer === undefined ? [] : [{ labels: {}, value: await answer }];
  const help = 'Whether this process reaches its Redis Cluster: 1 or 0; absent where none is configured.';
  return [{ name: 'loyalnest_redis_up', help, type: 'gauge', samples }];
}

const states: readonly BreakerView['state'][] = ['closed', 'half-open', 'open'];

export function readBreakers({ breakers }: NeighbourViews): Reading[] {
  const samples = (breakers?.() ?? []).flatMap(({ service, state }) =>
    states.map((candidate) => ({ labels: { target: service, state: candidate }, value: candidate === state ? 1 : 0 })),
  );
  const help = 'Whether calls of a service go through: 1 for the state that its breaker is in.';
  return [{ name: 'loyalnest_rpc_breaker_state', help, type: 'gauge', samples }];
}

export async function readBrokerLag({ brokerLag }: NeighbourViews): Promise<Reading[]> {
  const samples = ((await brokerLag?.()) ?? []).map(({ source, consumer, events }) => ({
    labels: { source, consumer },
    value: events,
  }));
  const help = 'Events of a service that a consumer has not taken from the broker.';
  return [{ name: 'loyalnest_broker_lag_events', help, type: 'gauge', samples }];
}
