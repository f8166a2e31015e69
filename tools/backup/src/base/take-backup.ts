import { UserError } from '@loyalnest/dev/errors';
import pg from 'pg';
import { parseLsn } from '../postgres/lsn.ts';
import { explainServer } from '../postgres/explain.ts';
import { WalSender } from '../postgres/wal-sender.ts';
import { claimTarget } from '../target/claim.ts';
import type { SealedTarget } from '../target/sealed-target.ts';
import { idOf, manifestName, pieceName, writeRecord, basePrefix, type BackupRecord } from './backup-record.ts';
import { ManifestCheck, parseManifest } from './manifest.ts';
import { PieceWriter } from './piece-writer.ts';
import { TarReader } from './tar-reader.ts';

export type TakeOptions = {
  databaseUrl: string;
  target: SealedTarget;
  masterKeys: Record<string, string>;
  onProgress?: (bytes: number) => void;
};

/** Any number, the same in every process: one backup of a server at a time. */
const backupLockKey = 7_400_002;

/**
 * Copies the whole database server, as of one moment, to the target. What arrives is compared with PostgreSQL's own
 * checksums on its way. Throws `UserError`, and leaves nothing that could be taken for a backup.
 */
export async function takeBackup(options: TakeOptions): Promise<BackupRecord> {
  const client = new pg.Client({ connectionString: options.databaseUrl, application_name: 'loyalnest-backup' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
      backupLockKey,
    ]);
    if (!rows[0]?.locked) throw new UserError('another backup of this database is under way; one at a time');
    return await copyServer(client, options);
  } catch (error) {
    throw explainServer(error, options.databaseUrl);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function copyServer(client: pg.Client, options: TakeOptions): Promise<BackupRecord> {
  const { target } = options;
  const server = await describeServer(client);
  const id = idOf(server.now);
  const sender = await WalSender.connect(options.databaseUrl);
  try {
    const [[system] = []] = await sender.query('IDENTIFY_SYSTEM');
    const systemId = String(system?.['systemid']);
    await claimTarget(target, systemId);
    const copied = await copyFiles(sender, { ...options, id });
    await assertStored(target, { id, pieces: copied.pieces });
    const record: BackupRecord = {
      id,
      systemId,
      serverVersion: server.version,
      segmentBytes: server.segmentBytes,
      ...copied,
      startedAt: server.now,
      endedAt: (await describeServer(client)).now,
      masterKeys: options.masterKeys,
    };
    await writeRecord(target, record);
    return record;
  } catch (error) {
    await forget(target, id);
    throw error;
  } finally {
    sender.close();
  }
}

async function describeServer(client: pg.Client): Promise<{ now: Date; version: string; segmentBytes: number }> {
  const { rows } = await client.query<{ now: Date; version: string; segment_bytes: string }>(
    `select date_trunc('milliseconds', clock_timestamp()) as now,
            split_part(current_setting('server_version'), ' ', 1) as version,
            pg_size_bytes(current_setting('wal_segment_size')) as segment_bytes`,
  );
  const [row] = rows;
  if (!row) throw new Error('the server does not describe itself');
  return { now: row.now, version: row.version, segmentBytes: Number(row.segment_bytes) };
}

type Copied = Pick<BackupRecord, 'timeline' | 'startLsn' | 'endLsn' | 'pieces' | 'files' | 'bytes' | 'storedBytes'>;

async function copyFiles(sender: WalSender, { id, target, onProgress }: TakeOptions & { id: string }): Promise<Copied> {
  // Until this connection ends, the server keeps the log that the backup will need.
  await sender.query(`CREATE_REPLICATION_SLOT "loyalnest_base_${id.toLowerCase()}" TEMPORARY PHYSICAL (RESERVE_WAL)`);
  const check = new ManifestCheck();
  const tar = new TarReader(check);
  const data = new PieceWriter(target, (piece) => pieceName(id, piece));
  const list: Buffer[] = [];
  let part: 'data' | 'list' = 'data';
  let archives = 0;

  const stream = sender.copy(
    `BASE_BACKUP (LABEL 'loyalnest ${id}', CHECKPOINT 'fast', WAL, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256')`,
  );
  let next = await stream.next();
  for (; !next.done; next = await stream.next()) {
    const kind = String.fromCharCode(next.value[0] ?? 0);
    const content = next.value.subarray(1);
    if (kind === 'n') archives += 1;
    if (archives > 1) throw new UserError('the database uses tablespaces outside its folder, which is not supported');
    if (kind === 'm') part = 'list';
    if (kind !== 'd') continue;
    if (part === 'list') list.push(content);
    else {
      tar.push(content);
      await data.write(content);
      onProgress?.(data.bytes);
    }
  }
  const { pieces, storedBytes } = await data.end();
  tar.close();
  const manifest = Buffer.concat(list);
  const [difference] = check.differences(parseManifest(manifest));
  if (difference) throw new UserError(`the backup did not arrive as it was sent: ${difference}`);
  const lists = new PieceWriter(target, (piece) => manifestName(id, piece));
  await lists.write(manifest);
  await lists.end();

  const [[start] = [], , [end] = []] = next.value;
  return {
    timeline: Number(start?.['tli']),
    startLsn: parseLsn(String(start?.['recptr'])),
    endLsn: parseLsn(String(end?.['recptr'])),
    pieces,
    files: check.files,
    bytes: data.bytes,
    storedBytes,
  };
}

/** What was put has to be there when the target is asked. */
async function assertStored(target: SealedTarget, { id, pieces }: { id: string; pieces: number }): Promise<void> {
  const stored = new Set((await target.list(`${basePrefix}${id}/data.`)).map(({ name }) => name));
  const missing = Array.from({ length: pieces }, (_, piece) => pieceName(id, piece)).find((name) => !stored.has(name));
  if (missing) throw new UserError(`${target.address} has lost ${missing}, which it had accepted`);
}

/** Without its record it is no backup; its pieces need not stay until the next one clears them away. */
async function forget(target: SealedTarget, id: string): Promise<void> {
  try {
    const objects = await target.list(`${basePrefix}${id}/`);
    await target.remove(objects.map(({ name }) => name));
  } catch {
    // The target is away, which is told already. Retention removes what is left.
  }
}
