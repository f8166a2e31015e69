import { setTimeout as sleep } from 'node:timers/promises';
import { MethodOptions_IdempotencyLevel as IdempotencyLevel } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { isAway } from './rpc-error.ts';

/** With the waits between them they fit into a call's deadline. */
const retriesMax = 3;
/** First wait; each next one is twice as long. */
const firstWaitMs = 60;

/** Calls whose contract allows to repeat them are tried again when nobody was there to answer. */
export const retrySafe: Interceptor = (next) => async (request) => {
  const { idempotency } = request.method;
  const isSafe = idempotency === IdempotencyLevel.NO_SIDE_EFFECTS || idempotency === IdempotencyLevel.IDEMPOTENT;
  if (request.stream || !isSafe) return next(request);
  for (let retry = 0; ; retry += 1) {
    try {
      return await next(request);
    } catch (error) {
      if (retry === retriesMax || !isAway(error) || ConnectError.from(error).code !== Code.Unavailable) throw error;
      await sleep(waitMs(retry, Math.random()), undefined, { signal: request.signal });
    }
  }
};

/** Between half and all of the time, so that callers who failed together do not come back together. */
export function waitMs(retry: number, random: number): number {
  return firstWaitMs * 2 ** retry * (0.5 + random / 2);
}
