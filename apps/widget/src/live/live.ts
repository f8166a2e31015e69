import type { StreamMessage } from '@loyalnest/contracts/rest/stream';
import type { Api } from '../api/client.ts';
import { restingConnection, step, type ConnectionEffect, type ConnectionEvent, type Update } from './connection.ts';

export type Live = { want(isWanted: boolean): void };

/** Carries out what `connection.ts` decides: sockets, timers, and what the browser says of network and tab. */
export function createLive(api: Api, told: { position: string; onUpdate(update: Update): void; onLost(): void }): Live {
  let connection = restingConnection({
    position: told.position,
    isVisible: document.visibilityState === 'visible',
    isOnline: navigator.onLine,
  });
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function happen(event: ConnectionEvent): void {
    const next = step(connection, event, Math.random());
    connection = next.connection;
    for (const effect of next.effects) carryOut(effect);
  }

  function carryOut(effect: ConnectionEffect): void {
    if (effect.do === 'ask-token') void askToken(effect.attempt);
    else if (effect.do === 'connect') connect(effect.attempt, effect.url);
    else if (effect.do === 'say') socket?.send(JSON.stringify(effect.hello));
    else if (effect.do === 'close') socket?.close();
    else if (effect.do === 'set-timer') setTimer(effect.attempt, effect.ms);
    else if (effect.do === 'apply') told.onUpdate(effect.update);
    else told.onLost();
  }

  async function askToken(attempt: number): Promise<void> {
    const answer = await api.streamToken();
    if (answer.outcome === 'ok') happen({ type: 'token', attempt, url: answer.body.url, token: answer.body.token });
    else happen({ type: 'no-token', attempt, isSignedOut: answer.outcome === 'problem' && answer.status === 401 });
  }

  function connect(attempt: number, url: string): void {
    try {
      const opening = new WebSocket(url);
      opening.addEventListener('open', () => happen({ type: 'opened', attempt }));
      opening.addEventListener('close', ({ code }) => happen({ type: 'closed', attempt, code }));
      opening.addEventListener('message', ({ data }) => {
        happen({ type: 'message', attempt, message: JSON.parse(String(data)) as StreamMessage });
      });
      socket = opening;
    } catch {
      // An address that is none, or a page that forbids the connection.
      happen({ type: 'closed', attempt, code: 0 });
    }
  }

  function setTimer(attempt: number, ms: number | null): void {
    clearTimeout(timer);
    if (ms !== null) timer = setTimeout(() => happen({ type: 'time', attempt }), ms);
  }

  document.addEventListener('visibilitychange', () =>
    happen({ type: 'wish', isVisible: document.visibilityState === 'visible' }),
  );
  addEventListener('online', () => happen({ type: 'wish', isOnline: true }));
  addEventListener('offline', () => happen({ type: 'wish', isOnline: false }));

  return { want: (isWanted) => happen({ type: 'wish', isWanted }) };
}
