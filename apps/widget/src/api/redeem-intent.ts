/**
 * What a shopper has confirmed and got no answer for yet. It lies in the tab's storage with the key it was sent under, so
 * that a retry, or the panel after a reload, asks for the same reward and not for a second one.
 */
export type Intent = { customerId: number; rewardId: number; key: string; at: number };
export type IntentStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const name = 'loyalnest.redeem';
/** Nobody still waits for what they confirmed so long ago, and prices may have changed. */
const ageMaxMs = 10 * 60 * 1_000;

/** The unanswered intent of this customer; another customer's, who used this tab before, is none of theirs. */
export function findIntent(storage: IntentStorage, of: { customerId: number; now: number }): Intent | undefined {
  const intent = read(storage);
  if (intent?.customerId !== of.customerId || of.now - intent.at > ageMaxMs) return undefined;
  return intent;
}

/** The intent to take this reward: the one under way, or a new one under `newKey`. */
export function ensureIntent(
  storage: IntentStorage,
  wish: { customerId: number; rewardId: number; now: number; newKey: string },
): Intent {
  const found = findIntent(storage, wish);
  if (found?.rewardId === wish.rewardId) return found;
  const intent = { customerId: wish.customerId, rewardId: wish.rewardId, key: wish.newKey, at: wish.now };
  storage.setItem(name, JSON.stringify(intent));
  return intent;
}

export function endIntent(storage: IntentStorage): void {
  storage.removeItem(name);
}

/** The tab's storage; where it is full or forbidden, the page's memory, which a reload empties. */
export function tabStorage(): IntentStorage {
  const memory = new Map<string, string>();
  const whereAllowed = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch {
      return undefined;
    }
  };
  return {
    getItem: (name) => memory.get(name) ?? whereAllowed(() => sessionStorage.getItem(name)) ?? null,
    setItem(name, value) {
      memory.set(name, value);
      whereAllowed(() => sessionStorage.setItem(name, value));
    },
    removeItem(name) {
      memory.delete(name);
      whereAllowed(() => sessionStorage.removeItem(name));
    },
  };
}

function read(storage: IntentStorage): Intent | undefined {
  try {
    return (JSON.parse(storage.getItem(name) ?? 'null') as Intent | null) ?? undefined;
  } catch {
    return undefined;
  }
}
