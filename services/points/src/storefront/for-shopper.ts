import type { HistoryEntry } from '@loyalnest/contracts/rest/points';

/** As a shopper may read it: that a person of the shop did it, and not who. */
export function forShopper<Entry extends HistoryEntry>(entry: Entry): Entry {
  return entry.actor.startsWith('staff:') ? { ...entry, actor: 'staff' } : entry;
}
