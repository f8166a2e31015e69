import type { StreamMessage, StreamToken } from '@loyalnest/contracts/rest/stream';
import { onlineManager } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { request } from './client.ts';
import {
  idleStream,
  stepStream,
  type StreamEffect,
  type StreamEvent,
  type StreamState,
  type StreamUpdate,
} from './stream-state.ts';

type Listener = {
  onUpdate: (update: StreamUpdate) => void;
  onReload: () => void;
  onPhase: (phase: StreamState['phase']) => void;
};

/** Tells of points as they move, while the component is there. */
export function useStream(listener: Omit<Listener, 'onPhase'>): StreamState['phase'] {
  const [phase, setPhase] = useState<StreamState['phase']>('idle');
  const onUpdate = useEffectEvent(listener.onUpdate);
  const onReload = useEffectEvent(listener.onReload);
  useEffect(() => {
    const stream = new Stream({
      onUpdate: (update) => onUpdate(update),
      onReload: () => onReload(),
      onPhase: setPhase,
    });
    stream.handle({ type: 'started' });
    // Whoever has been offline comes back at once, rather than when the wait is over.
    const unsubscribe = onlineManager.subscribe((isOnline) => isOnline && stream.handle({ type: 'waited' }));
    return () => {
      unsubscribe();
      stream.handle({ type: 'stopped' });
    };
  }, []);
  return phase;
}

/** Carries out what follows from the state: opens sockets, sends, waits. */
class Stream {
  #state = idleStream;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listener: Listener;

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  handle(event: StreamEvent): void {
    const { state, effects } = stepStream(this.#state, event);
    const isNewPhase = state.phase !== this.#state.phase;
    this.#state = state;
    if (isNewPhase) this.#listener.onPhase(state.phase);
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: StreamEffect): void {
    switch (effect.type) {
      case 'connect':
        clearTimeout(this.#timer);
        void this.#connect();
        return;
      case 'send':
        this.#socket?.send(JSON.stringify(effect.hello));
        return;
      case 'deliver':
        this.#listener.onUpdate(effect.update);
        return;
      case 'reload':
        this.#listener.onReload();
        return;
      case 'wait':
        this.#socket = undefined;
        this.#timer = setTimeout(() => this.handle({ type: 'waited' }), effect.delayMs);
        return;
      case 'disconnect':
        clearTimeout(this.#timer);
        this.#socket?.close();
        this.#socket = undefined;
    }
  }

  async #connect(): Promise<void> {
    try {
      const { url, token } = await request<StreamToken>('/v1/api/points/stream-token');
      if (this.#state.phase !== 'connecting') return;
      const socket = new WebSocket(url);
      this.#socket = socket;
      // Events of a socket that has been given up say nothing about the one that took its place.
      const ifCurrent = (event: StreamEvent) => this.#socket === socket && this.handle(event);
      socket.addEventListener('open', () => ifCurrent({ type: 'opened', token }));
      socket.addEventListener('message', ({ data }) =>
        ifCurrent({ type: 'received', message: JSON.parse(String(data)) as StreamMessage }),
      );
      socket.addEventListener('close', () => ifCurrent({ type: 'closed', random: Math.random() }));
    } catch {
      this.handle({ type: 'closed', random: Math.random() });
    }
  }
}
