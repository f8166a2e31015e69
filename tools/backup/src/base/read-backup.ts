import { UserError } from '@loyalnest/dev/errors';
import type { SealedTarget } from '../target/sealed-target.ts';
import { basePrefix, manifestName, pieceName, type BackupRecord } from './backup-record.ts';
import { ManifestCheck, parseManifest } from './manifest.ts';
import { TarReader, type TarListener } from './tar-reader.ts';

/** Pieces that are fetched ahead: one is used while others are on their way. */
const aheadMax = 3;

/**
 * Reads a backup to its end and compares it with PostgreSQL's own checksums; `listener` sees each file as it passes.
 * Throws `UserError` for whatever is missing or damaged.
 */
export async function readBackup(
  target: SealedTarget,
  {
    record,
    listener,
    onProgress,
  }: { record: BackupRecord; listener?: TarListener; onProgress?: (bytes: number) => void },
): Promise<void> {
  const check = new ManifestCheck();
  const tar = new TarReader(listener ? both(check, listener) : check);
  let bytes = 0;
  for await (const piece of inOrder(record.pieces, (index) => target.get(pieceName(record.id, index)))) {
    tar.push(piece);
    bytes += piece.length;
    onProgress?.(bytes);
  }
  tar.close();
  const lists = await target.list(`${basePrefix}${record.id}/manifest.`);
  const parts = await Promise.all(lists.map((_, index) => target.get(manifestName(record.id, index))));
  const [difference] = check.differences(parseManifest(Buffer.concat(parts)));
  if (difference) throw new UserError(`backup ${record.id}: ${difference}`);
  if (bytes !== record.bytes) throw new UserError(`backup ${record.id} has ${bytes} bytes instead of ${record.bytes}`);
}

function both(first: TarListener, second: TarListener): TarListener {
  return {
    entry: (entry) => (first.entry(entry), second.entry(entry)),
    content: (chunk) => (first.content(chunk), second.content(chunk)),
    end: () => (first.end(), second.end()),
  };
}

/** Fetches ahead, and yields in order. */
export async function* inOrder<T>(count: number, fetch: (index: number) => Promise<T>): AsyncGenerator<T> {
  const ahead: Promise<T>[] = [];
  let next = 0;
  for (let index = 0; index < count; index += 1) {
    for (; next < count && ahead.length < aheadMax; next += 1) {
      const fetched = fetch(next);
      // It is waited for in its turn.
      fetched.catch(() => undefined);
      ahead.push(fetched);
    }
    const current = ahead.shift();
    if (current) yield await current;
  }
}
