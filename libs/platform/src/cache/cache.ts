import type { z } from 'zod';

/**
 * What can be lost at any moment: answers that are better than none while something else is away. It never fails and never
 * keeps anybody waiting for long, and nothing may depend on what is in it.
 */
export abstract class Cache {
  /** Keeps a JSON value for so long, without waiting until it is there. It must not change afterwards. */
  abstract put(key: string, value: unknown, lifeMs: number): void;
  /** `undefined` when it is not there, cannot be looked for, or was written by a version that shaped it differently. */
  abstract get<T>(key: string, schema: z.ZodType<T>): Promise<T | undefined>;
  abstract forget(key: string): void;
}
