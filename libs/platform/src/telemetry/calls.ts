import { Code, ConnectError, type Interceptor, type StreamRequest, type UnaryRequest } from '@connectrpc/connect';
import { Histogram } from './instruments.ts';
import { secondsBounds } from './request-metrics.ts';
import { inSpan } from './tracing.ts';

const received = new Histogram({
  name: 'loyalnest_rpc_server_duration_seconds',
  help: 'Time to answer a call of another service, by method and code.',
  labels: ['method', 'code'],
  bounds: secondsBounds,
});
const made = new Histogram({
  name: 'loyalnest_rpc_client_duration_seconds',
  help: 'Time until a call to another service was answered or given up, by method and code.',
  labels: ['method', 'code'],
  bounds: secondsBounds,
});

/** Measures and traces calls where they are answered. */
export const watchReceived: Interceptor = (next) => traceReceived(measure(received)(next));
/** Measures and traces calls where they are made. */
export const watchMade: Interceptor = (next) => traceMade(measure(made)(next));

export function readCalls() {
  return [received.read(), made.read()];
}

function measure(durations: Histogram): Interceptor {
  return (next) => async (request) => {
    const begunMs = performance.now();
    const method = `${request.service.typeName}/${request.method.name}`;
    try {
      const response = await next(request);
      durations.of(method, 'ok').observe((performance.now() - begunMs) / 1_000);
      return response;
    } catch (error) {
      durations.of(method, codeOf(error, request.signal)).observe((performance.now() - begunMs) / 1_000);
      throw error;
    }
  };
}

const traceReceived: Interceptor = (next) => (request) =>
  inSpan({ ...nameOf(request), kind: 'server', parent: request.header.get('traceparent') }, () => next(request));

const traceMade: Interceptor = (next) => (request) =>
  inSpan({ ...nameOf(request), kind: 'client' }, (span) => {
    if (span) request.header.set('traceparent', span.traceparent);
    return next(request);
  });

function nameOf({ service, method }: UnaryRequest | StreamRequest) {
  return { name: `${service.typeName}/${method.name}`, attributes: { 'rpc.system': 'connect_rpc' } };
}

/** As gRPC calls it: `deadline_exceeded`. */
function codeOf(error: unknown, { aborted, reason }: AbortSignal): string {
  const { code } = ConnectError.from(error);
  // A deadline that passes reaches what lies within a call as one that was given up.
  const name = Code[code === Code.Canceled && aborted ? ConnectError.from(reason).code : code];
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
