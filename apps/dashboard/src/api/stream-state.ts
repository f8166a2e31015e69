import type { StreamHello, StreamMessage } from '@loyalnest/contracts/rest/stream';

/**
 * A connection that tells of points as they move, as a state and what follows from what happens to it. Positions are the
 * server's: whoever comes back with the last one gets what came after it, each once.
 */
export type StreamState = {
  phase: 'idle' | 'connecting' | 'live' | 'waiting';
  /** The last position that was seen; `null` before the first connection. */
  position: string | null;
  /** Connections that failed in a row. */
  failures: number;
};

export type StreamEvent =
  | { type: 'started' }
  | { type: 'opened'; token: string }
  | { type: 'received'; message: StreamMessage }
  /** `random` is between 0 and 1: those who were cut off together must not come back together. */
  | { type: 'closed'; random: number }
  | { type: 'waited' }
  | { type: 'stopped' };

export type StreamUpdate = Extract<StreamMessage, { type: 'update' }>;
export type StreamEffect =
  | { type: 'connect' }
  | { type: 'send'; hello: StreamHello }
  | { type: 'deliver'; update: StreamUpdate }
  /** What was shown may lack something: read it anew. */
  | { type: 'reload' }
  | { type: 'wait'; delayMs: number }
  | { type: 'disconnect' };

type Step = { state: StreamState; effects: StreamEffect[] };

export const idleStream: StreamState = { phase: 'idle', position: null, failures: 0 };

const firstDelayMs = 1_000;
const delayMaxMs = 30_000;

export function stepStream(state: StreamState, event: StreamEvent): Step {
  switch (event.type) {
    case 'started':
      if (state.phase !== 'idle') return { state, effects: [] };
      return { state: { ...state, phase: 'connecting' }, effects: [{ type: 'connect' }] };
    case 'opened':
      if (state.phase !== 'connecting') return { state, effects: [] };
      return {
        state,
        effects: [{ type: 'send', hello: { type: 'hello', token: event.token, after: state.position } }],
      };
    case 'received':
      return state.phase === 'idle' ? { state, effects: [] } : receive(state, event.message);
    case 'closed':
      return state.phase === 'connecting' || state.phase === 'live'
        ? fail(state, event.random)
        : { state, effects: [] };
    case 'waited':
      if (state.phase !== 'waiting') return { state, effects: [] };
      return { state: { ...state, phase: 'connecting' }, effects: [{ type: 'connect' }] };
    case 'stopped':
      return { state: { ...state, phase: 'idle', failures: 0 }, effects: [{ type: 'disconnect' }] };
  }
}

function receive(state: StreamState, message: StreamMessage): Step {
  switch (message.type) {
    case 'welcome': {
      const live: StreamState = { ...state, phase: 'live', failures: 0 };
      // Whoever comes back keeps its own position: what came in between is still on its way.
      if (state.position !== null) return { state: live, effects: [] };
      return { state: { ...live, position: message.position }, effects: [{ type: 'reload' }] };
    }
    case 'update':
      return { state: { ...state, position: message.position }, effects: [{ type: 'deliver', update: message }] };
    case 'lost':
      return { state: { ...state, position: message.position }, effects: [{ type: 'reload' }] };
    case 'problem':
      // The server closes the connection next, and the next one comes with a new token.
      return { state, effects: [] };
  }
}

function fail(state: StreamState, random: number): Step {
  const delayMs = Math.min(delayMaxMs, firstDelayMs * 2 ** state.failures) * (0.5 + random / 2);
  return { state: { ...state, phase: 'waiting', failures: state.failures + 1 }, effects: [{ type: 'wait', delayMs }] };
}
