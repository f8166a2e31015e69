import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';
import type { TarEntry, TarListener } from './tar-reader.ts';

const manifestSchema = z.object({
  Files: z.array(
    z.object({
      // Names that are not UTF-8 come encoded; PostgreSQL itself makes none.
      Path: z.string(),
      Size: z.number().int(),
      'Checksum-Algorithm': z.literal('SHA256').optional(),
      Checksum: z.string().optional(),
    }),
  ),
  'Manifest-Checksum': z.string(),
});

export type Manifest = ReadonlyMap<string, { bytes: number; sha256: string | undefined }>;

/** Reads PostgreSQL's own list of the files of a backup. Throws when it does not agree with its own checksum. */
export function parseManifest(content: Buffer): Manifest {
  const { Files: files, 'Manifest-Checksum': checksum } = manifestSchema.parse(JSON.parse(content.toString('utf8')));
  const lastLine = content.lastIndexOf('\n', content.length - 2) + 1;
  const sha256 = createHash('sha256').update(content.subarray(0, lastLine)).digest('hex');
  if (sha256 !== checksum) throw new Error("PostgreSQL's list of the backup's files is damaged");
  return new Map(files.map((file) => [file.Path, { bytes: file.Size, sha256: file.Checksum }]));
}

/** Compares an archive that passes by with the list that PostgreSQL made of it. */
export class ManifestCheck implements TarListener {
  readonly #seen = new Map<string, { bytes: number; sha256: string }>();
  #current: { entry: TarEntry; hash: Hash } | undefined;

  entry(entry: TarEntry): void {
    this.#current = entry.kind === 'file' ? { entry, hash: createHash('sha256') } : undefined;
  }

  content(chunk: Buffer): void {
    this.#current?.hash.update(chunk);
  }

  end(): void {
    if (!this.#current) return;
    const { entry, hash } = this.#current;
    this.#seen.set(entry.path, { bytes: entry.bytes, sha256: hash.digest('hex') });
  }

  get files(): number {
    return this.#seen.size;
  }

  /** What differs, in words. The write-ahead log is not in the list: each of its records has a checksum of its own. */
  differences(manifest: Manifest): string[] {
    const missing = [...manifest].filter(([path]) => !this.#seen.has(path)).map(([path]) => `${path} is missing`);
    const surplus = [...this.#seen.keys()]
      .filter((path) => !manifest.has(path) && !path.startsWith('pg_wal/'))
      .map((path) => `${path} is not in PostgreSQL's list`);
    const changed = [...manifest]
      .filter(([path, listed]) => {
        const seen = this.#seen.get(path);
        return seen && (seen.bytes !== listed.bytes || seen.sha256 !== listed.sha256);
      })
      .map(([path]) => `${path} differs from what PostgreSQL had`);
    return [...missing, ...surplus, ...changed];
  }
}
