import { describe, expect, it } from 'vitest';
import {
  idleStream,
  stepStream,
  type StreamEffect,
  type StreamEvent,
  type StreamState,
  type StreamUpdate,
} from '../src/api/stream-state.ts';

const welcome = (position: string): StreamEvent => ({ type: 'received', message: { type: 'welcome', position } });
const update = (position: string): StreamEvent => ({
  type: 'received',
  message: { type: 'update', position } as StreamUpdate,
});
const closed: StreamEvent = { type: 'closed', random: 1 };

function play(events: readonly StreamEvent[], from: StreamState = idleStream) {
  const effects: StreamEffect[] = [];
  let state = from;
  for (const event of events) {
    const step = stepStream(state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const opening: StreamEvent[] = [{ type: 'started' }, { type: 'opened', token: 'a' }];

describe('the stream of points', () => {
  it('says who it is, and reads the page anew once it is live, so that nothing falls between', () => {
    expect(play([...opening, welcome('7')])).toEqual({
      state: { phase: 'live', position: '7', failures: 0 },
      effects: [
        { type: 'connect' },
        { type: 'send', hello: { type: 'hello', token: 'a', after: null } },
        { type: 'reload' },
      ],
    });
  });

  it('comes back with the last position it saw, and reads nothing anew', () => {
    const live = play([...opening, welcome('7'), update('8'), update('9')]);
    expect(live.effects.filter(({ type }) => type === 'deliver')).toHaveLength(2);
    const again = play(
      [closed, { type: 'waited' }, { type: 'opened', token: 'b' }, welcome('12'), update('10')],
      live.state,
    );
    expect(again.effects.map(({ type }) => type)).toEqual(['wait', 'connect', 'send', 'deliver']);
    expect(again.effects).toContainEqual({ type: 'send', hello: { type: 'hello', token: 'b', after: '9' } });
    expect(again.state).toEqual({ phase: 'live', position: '10', failures: 0 });
  });

  it('does not skip what it has missed when it is cut off right after the welcome', () => {
    const live = play([...opening, welcome('7')]);
    const again = play([closed, { type: 'waited' }, { type: 'opened', token: 'b' }, welcome('12'), closed], live.state);
    expect(again.state.position).toBe('7');
  });

  it('reads anew and goes on when too much came meanwhile', () => {
    const lost: StreamEvent = { type: 'received', message: { type: 'lost', position: '500' } };
    const { state, effects } = play([lost], play([...opening, welcome('7')]).state);
    expect(effects).toEqual([{ type: 'reload' }]);
    expect(state.position).toBe('500');
  });

  it('waits longer after each failure, up to half a minute, and starts over once it was live', () => {
    let state = play([{ type: 'started' }]).state;
    const delays: number[] = [];
    for (let failure = 0; failure < 8; failure += 1) {
      const step = play([closed, { type: 'waited' }], state);
      for (const effect of step.effects) if (effect.type === 'wait') delays.push(effect.delayMs);
      state = step.state;
    }
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    const live = play([{ type: 'opened', token: 'a' }, welcome('1'), closed], state);
    expect(live.effects).toContainEqual({ type: 'wait', delayMs: 1_000 });
  });

  it('scatters those who were cut off together', () => {
    const at = (random: number) =>
      stepStream(play([...opening, welcome('1')]).state, { type: 'closed', random }).effects;
    expect(at(0)).toEqual([{ type: 'wait', delayMs: 500 }]);
    expect(at(0.5)).toEqual([{ type: 'wait', delayMs: 750 }]);
  });

  it('does nothing more once it has stopped, whatever still arrives', () => {
    const stopped = play([...opening, welcome('7'), { type: 'stopped' }]).state;
    expect(play([update('8'), closed, { type: 'waited' }, { type: 'opened', token: 'a' }], stopped).effects).toEqual(
      [],
    );
  });

  it('connects once, however often it is told to', () => {
    expect(play([{ type: 'started' }, { type: 'started' }, { type: 'waited' }]).effects).toEqual([{ type: 'connect' }]);
  });
});
