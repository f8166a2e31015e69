/** How long a page may have been offline before it reports. */
const agoMaxMs = 7 * 24 * 60 * 60 * 1000;

/** Ids are remembered for longer than a page keeps what it could not send. */
export const idsRememberedMs = 2 * agoMaxMs;

/** When an event happened: what its page says, if that can be; clocks of shoppers go wrong, and a future helps nobody. */
export function happenedAt(said: string | undefined, now: Date): Date {
  const time = new Date(said ?? Number.NaN);
  const isPossible = time <= now && now.getTime() - time.getTime() <= agoMaxMs;
  return isPossible ? time : now;
}
