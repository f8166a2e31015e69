import type { z } from 'zod';
import { UserError } from '../errors.ts';

/** The simulator's control API: what people do in shops. Throws `UserError` with its answer when it refuses. */
export type ShopControl = {
  get<T>(path: string, schema: z.ZodType<T>): Promise<T>;
  post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T>;
  patch(path: string, body: unknown): Promise<void>;
};

export function shopControl(simulatorUrl: string): ShopControl {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${simulatorUrl}/control${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    throw new UserError(`the simulator answers ${response.status} to ${method} ${path}: ${text.slice(0, 300)}`);
  };
  return {
    get: async (path, schema) => schema.parse(await call('GET', path)),
    post: async (path, body, schema) => schema.parse(await call('POST', path, body)),
    patch: async (path, body) => void (await call('PATCH', path, body)),
  };
}
