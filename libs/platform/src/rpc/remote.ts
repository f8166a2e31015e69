import { Code, ConnectError, type Interceptor, type Transport } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { Config } from '../config/config.ts';
import { watchMade } from '../telemetry/calls.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createBreaker, type BreakerState } from './breaker.ts';
import { deadlineMs, withDeadline } from './deadline.ts';
import { retrySafe } from './retry.ts';
import { messageBytesMax } from './server-options.ts';
import { readTls } from './tls.ts';

/** A connection that has been silent for so long is asked whether it lives, before or during a call. */
const pingIntervalMs = 5_000;
/** One that does not answer by then is given up and opened anew. */
const pingTimeoutMs = 2_000;

/** A service in another process. */
export type Remote = { transport: Transport; readonly state: BreakerState; close(): void };

/**
 * Calls over gRPC. One connection is kept and opened anew when it ends; a call that is safe to repeat is tried again when
 * nobody answers, and after several failures calls fail at once for a while.
 */
export function connectRemote(options: {
  service: string;
  url: string;
  interceptors: Interceptor[];
  config: Config;
  logger: Logger;
}): Remote {
  const { service, url, interceptors, config, logger } = options;
  const connection = new Http2SessionManager(url, { pingIntervalMs, pingTimeoutMs }, readTls(config));
  const breaker = createBreaker({ service, logger });
  const transport = createGrpcTransport({
    baseUrl: url,
    sessionManager: connection,
    interceptors: [watchMade, retrySafe, breaker.interceptor, nameLostCalls(connection), ...interceptors],
    readMaxBytes: messageBytesMax,
    writeMaxBytes: messageBytesMax,
    // Between machines that stand side by side, bytes are cheaper than packing them.
    acceptCompression: [],
  });
  return {
    transport: withDeadline(transport, deadlineMs),
    get state() {
      return breaker.state;
    },
    close() {
      breaker.close();
      connection.abort();
    },
  };
}

/** A connection that breaks shows in a dozen ways; above this, all of them are UNAVAILABLE. */
function nameLostCalls(connection: Http2SessionManager): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      const failure = ConnectError.from(error);
      if (failure.code === Code.DeadlineExceeded && connection.state() === 'connecting') {
        // Whoever is not even reached is tried anew by the next call; the system would wait for minutes.
        connection.abort(new ConnectError('not connected in time', Code.Unavailable));
      }
      if (request.signal.aborted || !isLost(failure)) throw error;
      throw new ConnectError(failure.rawMessage, Code.Unavailable, undefined, undefined, error);
    }
  };
}

/** What the other side says is in its answer's metadata; what the system says carries a code such as ECONNRESET. */
function isLost({ code, metadata, cause }: ConnectError): boolean {
  if (!metadata.keys().next().done) return false;
  if (code === Code.Aborted || code === Code.Canceled) return true;
  return cause instanceof Error && typeof (cause as { code?: unknown }).code === 'string';
}
