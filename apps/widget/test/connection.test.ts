import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  restingConnection,
  step,
  type Connection,
  type ConnectionEffect,
  type ConnectionEvent,
} from '../src/live/connection.ts';
import { anUpdate } from './builders.ts';

const rested = restingConnection({ position: 'p1', isVisible: true, isOnline: true });

/** Plays events; `attempt` of an event defaults to the one that is under way. */
function play(connection: Connection, ...events: Loose[]): { connection: Connection; effects: ConnectionEffect[] } {
  const effects: ConnectionEffect[] = [];
  for (const event of events) {
    const next = step(connection, { attempt: connection.attempt, ...event } as ConnectionEvent, 0.5);
    connection = next.connection;
    effects.push(...next.effects);
  }
  return { connection, effects };
}
type Loose = ConnectionEvent extends infer E ? (E extends { attempt: number } ? Omit<E, 'attempt'> : E) : never;

const wanted: Loose = { type: 'wish', isWanted: true };
const token: Loose = { type: 'token', url: 'wss://app.test/stream', token: 'secret' };
const welcome: Loose = { type: 'message', message: { type: 'welcome', position: 'p9' } };
const closed: Loose = { type: 'closed', code: 1006 };
const open = play(rested, wanted, token, { type: 'opened' }, welcome).connection;

describe('a connection', () => {
  it('is not made before somebody wants it', () => {
    expect(play(rested, { type: 'wish', isVisible: true }, { type: 'wish', isOnline: true }).effects).toEqual([]);
  });

  it('asks for a token, connects, and says the token and the last position in its first message', () => {
    const { connection, effects } = play(rested, wanted, token, { type: 'opened' }, welcome);
    expect(effects.filter((effect) => effect.do !== 'set-timer')).toEqual([
      { do: 'ask-token', attempt: 1 },
      { do: 'connect', attempt: 1, url: 'wss://app.test/stream' },
      { do: 'say', hello: { type: 'hello', token: 'secret', after: 'p1' } },
    ]);
    expect(connection).toMatchObject({ phase: 'open', token: '', position: 'p1' });
    expect(effects.at(-1)).toEqual({ do: 'set-timer', attempt: 1, ms: null });
  });

  it('applies an update and remembers its position for the next hello', () => {
    const update = anUpdate({ position: 'p2' });
    const after = play(open, { type: 'message', message: update });
    expect(after.effects).toEqual([{ do: 'apply', update }]);
    const again = play(after.connection, closed, { type: 'time' }, token, { type: 'opened' });
    expect(again.effects).toContainEqual({ do: 'say', hello: { type: 'hello', token: 'secret', after: 'p2' } });
  });

  it('applies an update that is told twice in a row once', () => {
    const message = { type: 'message', message: anUpdate({ position: 'p2' }) } as const;
    expect(play(open, message, message).effects).toHaveLength(1);
  });

  it('reads anew and goes on from the position it is told when too much was missed', () => {
    const after = play(open, { type: 'message', message: { type: 'lost', position: 'p50' } });
    expect(after.effects).toEqual([{ do: 'read-anew' }]);
    expect(after.connection.position).toBe('p50');
  });

  it('comes back without a position, and reads anew, when the server does not know the last one', () => {
    const problem = { type: 'problem', code: 'invalid-cursor', message: 'The position is not one of ours' } as const;
    const greeting = play(rested, wanted, token, { type: 'opened' }, { type: 'message', message: problem }).connection;
    const after = play(greeting, { type: 'closed', code: 4400 }, { type: 'time' }, token, { type: 'opened' }, welcome);
    expect(after.effects).toContainEqual({ do: 'say', hello: { type: 'hello', token: 'secret', after: null } });
    expect(after.effects).toContainEqual({ do: 'read-anew' });
    expect(after.connection.position).toBe('p9');
  });

  it('waits twice as long after each failure, up to a minute, and starts over once it was open', () => {
    let connection = play(rested, wanted).connection;
    const waits: (number | null)[] = [];
    for (let tries = 0; tries < 8; tries += 1) {
      const failed = play(connection, { type: 'no-token', isSignedOut: false });
      waits.push(...failed.effects.flatMap((effect) => (effect.do === 'set-timer' ? [effect.ms] : [])));
      connection = play(failed.connection, { type: 'time' }).connection;
    }
    expect(waits).toEqual([1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000]);
    const recovered = play(connection, token, { type: 'opened' }, welcome, closed);
    expect(recovered.effects.at(-1)).toMatchObject({ do: 'set-timer', ms: 1_500 });
  });

  it('waits long at once when there are too many connections', () => {
    expect(play(open, { type: 'closed', code: 4429 }).effects.at(-1)).toMatchObject({ do: 'set-timer', ms: 45_000 });
  });

  it('gives up a token or a connection that does not come, and tries again', () => {
    const impatient = play(rested, wanted, token, { type: 'time' });
    expect(impatient.connection.phase).toBe('waiting');
    expect(impatient.effects).toContainEqual({ do: 'close' });
    expect(play(impatient.connection, { type: 'time' }).effects).toContainEqual({ do: 'ask-token', attempt: 3 });
  });

  it('leaves a server that told of a problem and did not close', () => {
    const problem = { type: 'problem', code: 'internal', message: 'Something went wrong' } as const;
    const told = play(open, { type: 'message', message: problem });
    expect(told.effects).toEqual([{ do: 'set-timer', attempt: 1, ms: 15_000 }]);
    expect(play(told.connection, { type: 'time' }).connection.phase).toBe('waiting');
  });

  it('rests while the tab is hidden or the network is away, and goes on from where it was', () => {
    for (const [away, back] of [
      [{ isVisible: false }, { isVisible: true }],
      [{ isOnline: false }, { isOnline: true }],
    ] as const) {
      const paused = play(open, { type: 'wish', ...away });
      expect(paused.connection.phase).toBe('resting');
      expect(paused.effects).toContainEqual({ do: 'close' });
      const resumed = play(paused.connection, { type: 'wish', ...back }, token, { type: 'opened' });
      expect(resumed.effects).toContainEqual({ do: 'say', hello: { type: 'hello', token: 'secret', after: 'p1' } });
    }
  });

  it('ignores whatever still comes from a connection it has let go of', () => {
    const waiting = play(open, closed).connection;
    for (const event of [
      { type: 'message', message: anUpdate() },
      { type: 'closed', code: 1006 },
      { type: 'opened' },
      { type: 'token', url: 'wss://other.test', token: 'late' },
    ] as const) {
      expect(step(waiting, { ...event, attempt: open.attempt }, 0.5)).toEqual({ connection: waiting, effects: [] });
    }
  });

  it('reads anew, and asks again much later, when there is no token for somebody who signed out', () => {
    const refused = play(rested, wanted, { type: 'no-token', isSignedOut: true });
    expect(refused.effects.at(-1)).toEqual({ do: 'read-anew' });
    expect(refused.effects).toContainEqual({ do: 'set-timer', attempt: 2, ms: 45_000 });
    const unwanted = play(refused.connection, { type: 'wish', isWanted: false });
    expect(unwanted.connection.phase).toBe('resting');
  });

  it('tells every update once and in order, wherever the connection breaks', () => {
    const breaks = fc.array(fc.constantFrom('deliver', 'break', 'hide', 'offline'), { maxLength: 120 });
    fc.assert(
      fc.property(breaks, fc.integer({ min: 1, max: 30 }), (whats, count) => {
        const log = Array.from({ length: count }, (_, index) => anUpdate({ transferId: index, position: `p${index}` }));
        const applied: number[] = [];
        let sent = 0;
        let connection = play(
          restingConnection({ position: 'start', isVisible: true, isOnline: true }),
          wanted,
        ).connection;
        const happen = (...events: Loose[]) => {
          const next = play(connection, ...events);
          connection = next.connection;
          for (const effect of next.effects) {
            if (effect.do === 'apply') applied.push(effect.update.transfer.transferId);
            if (effect.do === 'say') sent = log.findIndex(({ position }) => position === effect.hello.after) + 1;
          }
        };
        const reconnect = () => {
          if (connection.phase === 'waiting') happen({ type: 'time' });
          if (connection.phase === 'asking') happen(token, { type: 'opened' }, welcome);
        };
        for (const what of [...whats, ...log.map(() => 'deliver' as const)]) {
          reconnect();
          const message = log[sent];
          if (what === 'deliver' && message) {
            sent += 1;
            happen({ type: 'message', message });
          }
          if (what === 'break') happen(closed);
          if (what === 'hide') happen({ type: 'wish', isVisible: false }, { type: 'wish', isVisible: true });
          if (what === 'offline') happen({ type: 'wish', isOnline: false }, { type: 'wish', isOnline: true });
        }
        expect(applied).toEqual(log.map(({ transfer }) => transfer.transferId));
      }),
    );
  });
});
