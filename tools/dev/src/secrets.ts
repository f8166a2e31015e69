import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from './errors.ts';
import type { Instance } from './instance.ts';

const secretsSchema = z.object({
  shopifyClientId: z.string().min(1),
  shopifyClientSecret: z.string().min(16),
  databaseRoleSecret: z.string().min(16),
});

/** What the programs of one instance trust each other by; made on the first start. */
export type Secrets = z.infer<typeof secretsSchema>;

const keyBytes = 32;
const keysSchema = z.object({
  current: z.number().int(),
  keys: z.record(
    z.string(),
    z.base64().refine((text) => Buffer.from(text, 'base64').length === keyBytes),
  ),
});

export function ensureSecrets(instance: Instance): Secrets {
  const { secrets, keys, postgres } = instance.paths;
  if (!existsSync(keys)) {
    if (existsSync(postgres)) {
      throw new UserError(
        `${keys} is missing: personal data in ${postgres} cannot be read without it; put it back, or ./dev.sh reset`,
      );
    }
    writePrivate(keys, { current: 1, keys: { 1: randomBytes(keyBytes).toString('base64') } });
  }
  readPrivate(keys, keysSchema);
  if (!existsSync(secrets)) {
    writePrivate(secrets, {
      shopifyClientId: randomBytes(16).toString('hex'),
      shopifyClientSecret: `shpss_${randomBytes(16).toString('hex')}`,
      databaseRoleSecret: randomBytes(24).toString('hex'),
    } satisfies Secrets);
  }
  return readSecrets(instance);
}

export function readSecrets(instance: Instance): Secrets {
  return readPrivate(instance.paths.secrets, secretsSchema);
}

/** Whole or not at all, and never readable by others, not even for a moment. */
export function writePrivate(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

function readPrivate<T>(file: string, schema: z.ZodType<T>): T {
  chmodSync(file, 0o600);
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code) throw error;
    throw new UserError(`${file} is damaged; put back a copy, or ./dev.sh reset to begin anew`, 1, { cause: error });
  }
}
