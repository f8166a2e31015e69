import { AppError } from '@loyalnest/contracts/errors';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import CircuitBreaker from 'opossum';
import type { Logger } from '../telemetry/logger.ts';
import { isAway, toRpcError } from './rpc-error.ts';

/** Fewer calls say nothing about the other side. */
const callsMin = 5;
const windowMs = 10_000;
/** Of the calls in the window. */
const failuresMaxPercent = 50;
/** So long calls fail at once; then one is let through, and its end decides. */
const openMs = 1_000;

export type BreakerState = 'closed' | 'half-open' | 'open';

type Call = () => Promise<unknown>;

export type Breaker = { interceptor: Interceptor; readonly state: BreakerState; close(): void };

/** Keeps callers from waiting for a service that is not there. Answers that say no are answers. */
export function createBreaker({ service, logger }: { service: string; logger: Logger }): Breaker {
  const breaker: CircuitBreaker<[Call]> = new CircuitBreaker((call: Call) => call(), {
    // A call ends by its own deadline.
    timeout: false,
    volumeThreshold: callsMin,
    rollingCountTimeout: windowMs,
    errorThresholdPercentage: failuresMaxPercent,
    resetTimeout: openMs,
    rollingPercentilesEnabled: false,
    enableSnapshots: false,
    // A call that its caller gave up says nothing, so that it does not close what is open.
    errorFilter: (error) => !isAway(error) && !(breaker.halfOpen && ConnectError.from(error).code === Code.Canceled),
  });
  breaker.on('open', () => logger.warn({ target: service }, 'calls fail at once: the service is away'));
  breaker.on('close', () => logger.info({ target: service }, 'the service answers again'));
  return {
    interceptor: (next) => async (request) => {
      try {
        return (await breaker.fire(() => next(request))) as Awaited<ReturnType<typeof next>>;
      } catch (error) {
        if (!CircuitBreaker.isOurError(error as Error)) throw error;
        throw toRpcError(new AppError('overloaded', undefined, { retryAfterSeconds: openMs / 1_000 }));
      }
    },
    get state() {
      if (breaker.opened) return 'open';
      return breaker.halfOpen ? 'half-open' : 'closed';
    },
    close: () => breaker.shutdown(),
  };
}
