import type { StorefrontResponse } from '@loyalnest/contracts/rest/storefront';
import type { Api, Problem } from './api/client.ts';
import { tabStorage, type IntentStorage } from './api/redeem-intent.ts';
import { applyUpdate, withOlderPages } from './live/apply-update.ts';
import type { Update } from './live/connection.ts';
import { createLive, type Live } from './live/live.ts';

/** Updates go on for so long after the panel was closed: who looks at their points often looks again. */
const liveAfterCloseMs = 5 * 60 * 1_000;
/** An update says the balance at once; what else it changed (codes, dates) is asked for when they have stopped coming. */
const settleMs = 800;
/** No update tells that Shopify has made or removed a code; while one is under way, the panel looks again. */
const lookAgainMs = 10_000;

export type Movement = { number: number; delta: number };

export type PanelState = {
  storefront: StorefrontResponse | undefined;
  isReading: boolean;
  /** Why the last reading failed. */
  problem: Problem | undefined;
  isOnline: boolean;
  /** Counts the openings, so that each begins at the first screen. */
  openings: number;
  /** How the balance last moved before the shopper's eyes. */
  movement: Movement | undefined;
};

export type PanelStore = {
  api: Api;
  /** Where a reward that was confirmed waits for its answer. */
  storage: IntentStorage;
  read: () => Promise<void>;
  getState: () => PanelState;
  subscribe: (listener: () => void) => () => void;
  opened: () => void;
  closed: () => void;
  /** Puts further history behind what is shown. */
  readMoreHistory: () => Promise<void>;
};

/** What the panel knows, wherever it came from: an answer, an update, the browser. */
export function createPanelStore(api: Api): PanelStore {
  let state: PanelState = {
    storefront: undefined,
    isReading: false,
    problem: undefined,
    isOnline: navigator.onLine,
    openings: 0,
    movement: undefined,
  };
  const listeners = new Set<() => void>();
  let live: Live | undefined;
  let updates = 0;
  let isWantedAgain = false;
  let isOpen = false;
  let isLive = false;
  let nextReading: ReturnType<typeof setTimeout> | undefined;
  let ending: ReturnType<typeof setTimeout> | undefined;

  function change(changes: Partial<PanelState>): void {
    const movement = movementTo(changes.storefront) ?? state.movement;
    state = { ...state, movement, ...changes };
    for (const listener of listeners) listener();
  }

  /** Be it an update or an answer that says so. */
  function movementTo(storefront: StorefrontResponse | undefined): Movement | undefined {
    const [before, after] = [state.storefront?.member, storefront?.member];
    if (!before || before.customerId !== after?.customerId) return undefined;
    const delta = after.balance.available - before.balance.available;
    return delta === 0 ? undefined : { number: (state.movement?.number ?? 0) + 1, delta };
  }

  /** Reads everything anew. Asked for while it reads, it reads once more afterwards. */
  async function read(): Promise<void> {
    if (state.isReading) {
      isWantedAgain = true;
      return;
    }
    change({ isReading: true });
    const updatesBefore = updates;
    const answer = await api.storefront();
    const isOutrun = updates !== updatesBefore;
    if (answer.outcome !== 'ok') change({ isReading: false, problem: answer });
    // An update that came meanwhile may be newer than the answer: what is shown stays, and is read again.
    else if (isOutrun) change({ isReading: false, problem: undefined });
    else change({ isReading: false, problem: undefined, storefront: withShownHistory(answer.body) });
    if (answer.outcome === 'ok') listen(answer.body);
    if (isWantedAgain || isOutrun) {
      isWantedAgain = false;
      readAfter(settleMs);
    } else if (state.storefront?.member?.codes.some(({ status }) => status !== 'active')) readAfter(lookAgainMs);
  }

  function withShownHistory(storefront: StorefrontResponse): StorefrontResponse {
    const { member } = storefront;
    const shown = state.storefront?.member;
    if (!member || shown?.customerId !== member.customerId) return storefront;
    return { ...storefront, member: { ...member, history: withOlderPages(member.history, shown.history) } };
  }

  function readAfter(ms: number): void {
    clearTimeout(nextReading);
    if (isOpen) nextReading = setTimeout(() => void read(), ms);
  }

  function listen({ member, streamPosition }: StorefrontResponse): void {
    if (!member) return live?.want(false);
    live ??= createLive(api, { position: streamPosition, onUpdate, onLost: () => void read() });
    live.want(isLive);
  }

  function onUpdate(update: Update): void {
    const { storefront } = state;
    if (!storefront) return;
    const next = applyUpdate(storefront, update);
    if (next === storefront) return;
    updates += 1;
    change({ storefront: next });
    readAfter(settleMs);
  }

  addEventListener('online', () => {
    change({ isOnline: true });
    if (isOpen) void read();
  });
  addEventListener('offline', () => change({ isOnline: false }));

  return {
    api,
    storage: tabStorage(),
    read,
    getState: () => state,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    opened(): void {
      clearTimeout(ending);
      isOpen = true;
      isLive = true;
      change({ openings: state.openings + 1, movement: undefined });
      void read();
    },
    closed(): void {
      isOpen = false;
      clearTimeout(nextReading);
      clearTimeout(ending);
      ending = setTimeout(() => {
        isLive = false;
        live?.want(false);
      }, liveAfterCloseMs);
    },
    async readMoreHistory(): Promise<void> {
      const cursor = state.storefront?.member?.history.nextCursor;
      if (!cursor) return;
      const answer = await api.history(cursor);
      const member = state.storefront?.member;
      if (answer.outcome !== 'ok' || !state.storefront || !member) return;
      const known = new Set(member.history.items.map(({ transferId }) => transferId));
      const items = [...member.history.items, ...answer.body.items.filter(({ transferId }) => !known.has(transferId))];
      change({
        storefront: {
          ...state.storefront,
          member: { ...member, history: { items, nextCursor: answer.body.nextCursor } },
        },
      });
    },
  };
}
