import { AppError } from '@loyalnest/contracts/errors';
import type { z } from 'zod';

/** An opaque place in a list: whatever the list sorts by, as JSON in base64url. */
export function encodeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Throws `invalid-cursor` for anything this list did not hand out. */
export function decodeCursor<T>(cursor: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch (error) {
    throw new AppError('invalid-cursor', undefined, { cause: error });
  }
}
