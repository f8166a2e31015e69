import type { z } from 'zod';

/** A kind of event: who publishes it, and what its payload holds. `name` ends in its version. */
export type EventType<Name extends string = string, Schema extends z.ZodType = z.ZodType> = {
  service: string;
  name: Name;
  description: string;
  schema: Schema;
};

export function defineEvent<Name extends string, Schema extends z.ZodType>(
  type: EventType<Name, Schema>,
): EventType<Name, Schema> {
  return type;
}
