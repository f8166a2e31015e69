import { currentTrace } from './tracing.ts';

/**
 * Where a stored event keeps the trace that it belongs to: a member of its payload that no event has of its own. It needs
 * no column in every outbox, and travels wherever payloads travel; readers of the outbox take it out again.
 */
const member = '_traceparent';

/** The payload as it is stored: with the trace of what is going on, if there is one. */
export function storedPayload({
  payload,
  trace = currentTrace(),
}: {
  payload: unknown;
  trace?: string | undefined;
}): unknown {
  return trace === undefined ? payload : { ...(payload as object), [member]: trace };
}

/** The payload as it was published, and the trace beside it. */
export function publishedPayload(stored: unknown): { payload: unknown; trace?: string } {
  if (typeof stored !== 'object' || stored === null || !Object.hasOwn(stored, member)) return { payload: stored };
  const { [member]: trace, ...payload } = stored as Record<string, unknown>;
  return { payload, ...(typeof trace === 'string' ? { trace } : {}) };
}
