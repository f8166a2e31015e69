import { AsyncLocalStorage } from 'node:async_hooks';
import { Code, ConnectError, type Interceptor, type Transport } from '@connectrpc/connect';

/** A call over a network that has not been answered by then fails with DEADLINE_EXCEEDED. */
export const deadlineMs = 2_000;

/** A call that is being answered: when its caller stops waiting, as `performance.now()` counts, or has given it up. */
type Answering = { endsAt: number; signal: AbortSignal; isOver: boolean };

const answering = new AsyncLocalStorage<Answering>();

/**
 * On the answering side: what is called while a call is answered ends when its caller stops waiting. What an answer leaves
 * running behind it is bound to nobody.
 */
export const keepDeadline: Interceptor = (next) => async (request) => {
  const timeoutMs = readTimeoutMs(request.header);
  if (timeoutMs === undefined) return next(request);
  const call: Answering = { endsAt: performance.now() + timeoutMs, signal: request.signal, isOver: false };
  try {
    return await answering.run(call, () => next(request));
  } finally {
    call.isOver = true;
  }
};

/** On the calling side: a call takes no longer than the caller's caller waits, nor than `mostMs` if there is a most. */
export function withDeadline(transport: Transport, mostMs = Infinity): Transport {
  return {
    unary: async (method, signal, timeoutMs, ...rest) =>
      transport.unary(method, signal, leftMs(timeoutMs, mostMs), ...rest),
    stream: async (method, signal, timeoutMs, ...rest) =>
      transport.stream(method, signal, leftMs(timeoutMs, mostMs), ...rest),
  };
}

function leftMs(askedMs = Infinity, mostMs: number): number | undefined {
  const call = answering.getStore();
  const isBound = call !== undefined && !call.isOver;
  const left = Math.ceil(Math.min(askedMs, mostMs, isBound ? call.endsAt - performance.now() : Infinity));
  if (left <= 0 || (isBound && call.signal.aborted)) {
    throw new ConnectError('nobody waits for it any more', Code.DeadlineExceeded);
  }
  return left === Infinity ? undefined : left;
}

/** By the letters of `grpc-timeout`; Connect's own header is in milliseconds. */
const unitsMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };

function readTimeoutMs(header: Headers): number | undefined {
  const text = header.get('grpc-timeout') ?? `${header.get('connect-timeout-ms') ?? ''}m`;
  const [, digits, unit = ''] = /^(\d+)([HMSmun])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unitsMs[unit] ?? 1);
}
