import type pg from 'pg';
import { parseLsn, segmentOf, startOfSegment, type Lsn } from '../postgres/lsn.ts';
import type { WalSender } from '../postgres/wal-sender.ts';

/** The server keeps the log from this mark on until we say that it is safe. */
export const slotName = 'loyalnest_backup';

type SlotRow = { restart_lsn: string | null; wal_status: string | null; segment_bytes: string; limit: string };

/** Makes the mark if there is none. Returns where to begin: at the start of the segment that is not safe yet. */
export async function ensureSlot(options: {
  sender: WalSender;
  probe: pg.Client;
  log: (line: string) => void;
}): Promise<{ startLsn: Lsn; segmentBytes: number }> {
  const { sender, probe, log } = options;
  let row = await findSlot(probe);
  if (row && (row.restart_lsn === null || row.wal_status === 'lost')) {
    log(
      'the server has removed log that was not stored (max_slot_wal_keep_size); take a backup now: older ones end there',
    );
    await probe.query('select pg_drop_replication_slot($1)', [slotName]);
    row = undefined;
  }
  if (!row) {
    await sender.query(`CREATE_REPLICATION_SLOT "${slotName}" PHYSICAL (RESERVE_WAL)`);
    row = await findSlot(probe);
  }
  if (!row?.restart_lsn) throw new Error(`the replication slot ${slotName} reserves nothing`);
  if (row.limit === '-1')
    log('max_slot_wal_keep_size is not set: while the target is away the log may fill the disk of the database server');
  const segmentBytes = Number(row.segment_bytes);
  const restartLsn = parseLsn(row.restart_lsn);
  return { startLsn: startOfSegment(segmentOf(restartLsn, segmentBytes), segmentBytes), segmentBytes };
}

async function findSlot(probe: pg.Client): Promise<SlotRow | undefined> {
  const { rows } = await probe.query<SlotRow>(
    `select restart_lsn, wal_status, pg_size_bytes(current_setting('wal_segment_size')) as segment_bytes,
            current_setting('max_slot_wal_keep_size') as limit
     from pg_replication_slots where slot_name = $1`,
    [slotName],
  );
  return rows[0];
}
