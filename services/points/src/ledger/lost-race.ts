import { isRetryable, overloaded } from '@loyalnest/platform/database/database';

/** Another transaction changed what this one had read; the same work may simply run again. */
export class LostRace extends Error {
  override readonly name: string = 'LostRace';
}

/** Tries of work that lost a race. Each loss means that another transaction got on; merges among orders lose several. */
const attemptsMax = 8;

/** Runs a transaction again when it lost a race. Throws `AppError` 503 when it loses again and again. */
export async function retryLostRaces<R>(work: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (isLostRace(error) && attempt < attemptsMax) continue;
      throw isLostRace(error) && !isKeyTaken(error) ? overloaded(error) : error;
    }
  }
}

/** SQLSTATE of `points.assert_written`: a row was no longer as it had been read. */
const lostRaceState = 'LN001';

/** Also when two transactions posted for the same reason at once: run again, the loser finds the winner's transfer. */
export function isLostRace(error: unknown): boolean {
  return (
    error instanceof LostRace ||
    isRetryable(error) ||
    isKeyTaken(error) ||
    (error instanceof Error && (error as { code?: string }).code === lostRaceState)
  );
}

/** Whether a business key existed. Once is a race; again and again, it was used for something else. */
export function isKeyTaken(error: unknown): boolean {
  return error instanceof Error && (error as { constraint?: string }).constraint === 'transfer_keys_pkey';
}
