import { z } from 'zod';

const url = z.url({ protocol: /^https?$/ });

/** Every variable of the program. A wrong value stops the start with the variable's name. */
const environment = z.object({
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(7401),
  SIMULATOR_HOST: z.string().min(1).default('127.0.0.1'),
  SIMULATOR_DATA_DIR: z.string().min(1).optional(),
  SIMULATOR_SEED: z.string().min(1).optional(),
  SIMULATOR_CONCURRENCY: z.coerce.number().int().min(1).max(1024).default(64),
  SHOPIFY_CLIENT_ID: z.string().min(1),
  SHOPIFY_CLIENT_SECRET: z.string().min(1),
  APP_URL: url,
  SHOPIFY_APP_TOML: z.string().min(1).default('shopify.app.toml'),
});

export type Environment = z.infer<typeof environment>;

export class ConfigurationError extends Error {}

export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(set);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigurationError(lines.join('\n'));
}
