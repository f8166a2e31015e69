import { readFileSync, statSync, type Stats } from 'node:fs';
import { z } from 'zod';
import { KeyError } from './key-provider.ts';

const schema = z.object({
  current: z.number().int().min(1).max(0xffff_ffff),
  keys: z.record(z.string().regex(/^[1-9]\d{0,9}$/), z.base64()),
});

/** The bytes of each version, and which version is current. Plain keys, or keys that a KMS wrapped. */
export type KeyFile = { current: number; keys: ReadonlyMap<number, Buffer> };

/**
 * Reads `{ "current": 1, "keys": { "1": "<base64>" } }`. Throws `KeyError` with a message that names the file and what is
 * wrong with it. A file that others may read is refused: its secrecy is all it has.
 */
export function readKeyFile(path: string): KeyFile {
  const text = readPrivate(path);
  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) throw new KeyError(`${path} is not a key file: ${describe(parsed.error)}`);
  const { current } = parsed.data;
  const keys = new Map(
    Object.entries(parsed.data.keys).map(([version, key]) => [Number(version), Buffer.from(key, 'base64')]),
  );
  if (!keys.has(current)) throw new KeyError(`${path} has no key for its current version ${current}`);
  if (!keys.has(1)) throw new KeyError(`${path} has no version 1, which every look-up hash comes from`);
  return { current, keys };
}

function readPrivate(path: string): string {
  try {
    if (isReadByOthers(statSync(path)))
      throw new KeyError(`${path} can be read by others; allow only its owner: chmod 600 ${path}`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'unknown error'}`, {
      cause: error,
    });
  }
}

/**
 * Kubernetes hands out secrets as files of root's that a group may read, which it gives to the program and to nobody else.
 * Whoever owns a file himself can keep the group out.
 */
function isReadByOthers({ mode, uid }: Stats): boolean {
  const isHandedOut = uid === 0 && process.getuid?.() !== 0;
  return (mode & (isHandedOut ? 0o037 : 0o077)) !== 0;
}

/** `undefined` for what is no JSON. The parser's own message would quote the file. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`).join('; ');
}
