import type { StreamHello, StreamMessage, streamCloseCodes } from '@loyalnest/contracts/rest/stream';

/** Waits between tries: twice as long each time, up to a minute, half of it by chance so that a restart brings no stampede. */
const firstWaitMs = 2_000;
const waitMaxMs = 60_000;
const failuresToLongestWait = Math.ceil(Math.log2(waitMaxMs / firstWaitMs));
/** A token or a connection that takes longer than this does not come. */
const patienceMs = 15_000;
/** Written out here, held against the contract by its type: importing the value would bring Zod along. */
const closedAs: Pick<typeof streamCloseCodes, 'invalid' | 'tooMany'> = { invalid: 4400, tooMany: 4429 };

export type Update = Extract<StreamMessage, { type: 'update' }>;

/** `resting`: nobody needs it now. `waiting`: until the next try. */
type Phase = 'resting' | 'asking' | 'connecting' | 'greeting' | 'open' | 'waiting';

/**
 * The live connection as a value. `attempt` numbers the tries, and whatever belongs to an earlier one is ignored: a socket
 * that closes late, a token that comes too late. `position` is that of the last update seen; saying it in the hello brings
 * exactly what came after. `null`: the server did not know the last one, and what was missed has to be read.
 */
export type Connection = {
  phase: Phase;
  attempt: number;
  failures: number;
  position: string | null;
  token: string;
  isWanted: boolean;
  isVisible: boolean;
  isOnline: boolean;
};

export type ConnectionEvent =
  | { type: 'wish'; isWanted?: boolean; isVisible?: boolean; isOnline?: boolean }
  | { type: 'token'; attempt: number; url: string; token: string }
  | { type: 'no-token'; attempt: number; isSignedOut: boolean }
  | { type: 'opened'; attempt: number }
  | { type: 'message'; attempt: number; message: StreamMessage }
  | { type: 'closed'; attempt: number; code: number }
  | { type: 'time'; attempt: number };

export type ConnectionEffect =
  | { do: 'ask-token'; attempt: number }
  | { do: 'connect'; attempt: number; url: string }
  | { do: 'say'; hello: StreamHello }
  | { do: 'close' }
  /** One timer at most; `null` stops it. */
  | { do: 'set-timer'; attempt: number; ms: number | null }
  | { do: 'apply'; update: Update }
  | { do: 'read-anew' };

export type Step = { connection: Connection; effects: ConnectionEffect[] };

export function restingConnection(from: { position: string; isVisible: boolean; isOnline: boolean }): Connection {
  return { phase: 'resting', attempt: 0, failures: 0, token: '', isWanted: false, ...from };
}

/** What follows from an event. `chance` is from 0 up to 1. */
export function step(connection: Connection, event: ConnectionEvent, chance: number): Step {
  if (event.type === 'wish') return follow({ ...connection, ...wishOf(event) });
  if (event.attempt !== connection.attempt) return stay(connection);
  if (event.type === 'token') return connect(connection, event);
  if (event.type === 'no-token') return event.isSignedOut ? doubt(connection, chance) : tryLater(connection, chance);
  if (event.type === 'opened') return greet(connection);
  if (event.type === 'message') return hear(connection, event.message);
  if (event.type === 'closed') return lose(connection, event.code, chance);
  if (connection.phase === 'waiting') return start(connection);
  return connection.phase === 'resting' ? stay(connection) : tryLater(connection, chance);
}

function wishOf({ type: _, ...wish }: ConnectionEvent & { type: 'wish' }): Partial<Connection> {
  return wish;
}

function follow(connection: Connection): Step {
  const isNeeded = connection.isWanted && connection.isVisible && connection.isOnline;
  if (isNeeded && connection.phase === 'resting') return start({ ...connection, failures: 0 });
  if (!isNeeded && connection.phase !== 'resting') return rest(connection);
  return stay(connection);
}

function start(connection: Connection): Step {
  const attempt = connection.attempt + 1;
  return {
    connection: { ...connection, phase: 'asking', attempt },
    effects: [
      { do: 'set-timer', attempt, ms: patienceMs },
      { do: 'ask-token', attempt },
    ],
  };
}

function connect(connection: Connection, { url, token }: { url: string; token: string }): Step {
  if (connection.phase !== 'asking') return stay(connection);
  const { attempt } = connection;
  return {
    connection: { ...connection, phase: 'connecting', token },
    effects: [
      { do: 'set-timer', attempt, ms: patienceMs },
      { do: 'connect', attempt, url },
    ],
  };
}

function greet(connection: Connection): Step {
  if (connection.phase !== 'connecting') return stay(connection);
  const { attempt, token, position } = connection;
  return {
    connection: { ...connection, phase: 'greeting', token: '' },
    effects: [
      { do: 'set-timer', attempt, ms: patienceMs },
      { do: 'say', hello: { type: 'hello', token, after: position } },
    ],
  };
}

function hear(connection: Connection, message: StreamMessage): Step {
  if (connection.phase !== 'greeting' && connection.phase !== 'open') return stay(connection);
  const { attempt } = connection;
  // The server closes after it, with a code that says how to come back; should it not, we do.
  if (message.type === 'problem') return { connection, effects: [{ do: 'set-timer', attempt, ms: patienceMs }] };
  const open: Connection = { ...connection, phase: 'open', failures: 0 };
  const isFirst = connection.phase === 'greeting';
  const effects: ConnectionEffect[] = isFirst ? [{ do: 'set-timer', attempt, ms: null }] : [];
  if (message.type === 'welcome') {
    // Its position may be ahead of updates that are still to come, so whoever has one keeps it.
    if (connection.position !== null) return { connection: open, effects };
    return { connection: { ...open, position: message.position }, effects: [...effects, { do: 'read-anew' }] };
  }
  if (message.type === 'lost') {
    return { connection: { ...open, position: message.position }, effects: [...effects, { do: 'read-anew' }] };
  }
  if (message.position === connection.position) return { connection: open, effects };
  return {
    connection: { ...open, position: message.position },
    effects: [...effects, { do: 'apply', update: message }],
  };
}

function lose(connection: Connection, code: number, chance: number): Step {
  if (connection.phase === 'resting') return stay(connection);
  if (code === closedAs.invalid) return tryLater({ ...connection, position: null }, chance);
  if (code === closedAs.tooMany) return tryLater({ ...connection, failures: failuresToLongestWait }, chance);
  return tryLater(connection, chance);
}

/** Whoever signed out elsewhere is told so by what is read; should it still say a member, the next try is far off. */
function doubt(connection: Connection, chance: number): Step {
  const later = tryLater({ ...connection, failures: failuresToLongestWait }, chance);
  return { ...later, effects: [...later.effects, { do: 'read-anew' }] };
}

/** The number goes up, so that the socket that is let go of is heard no more. */
function tryLater(connection: Connection, chance: number): Step {
  const attempt = connection.attempt + 1;
  const longestMs = Math.min(waitMaxMs, firstWaitMs * 2 ** connection.failures);
  return {
    connection: { ...connection, phase: 'waiting', attempt, failures: connection.failures + 1, token: '' },
    effects: [{ do: 'close' }, { do: 'set-timer', attempt, ms: Math.round(longestMs * (0.5 + chance / 2)) }],
  };
}

function rest(connection: Connection): Step {
  const attempt = connection.attempt + 1;
  return {
    connection: { ...connection, phase: 'resting', attempt, token: '' },
    effects: [{ do: 'close' }, { do: 'set-timer', attempt, ms: null }],
  };
}

function stay(connection: Connection): Step {
  return { connection, effects: [] };
}
