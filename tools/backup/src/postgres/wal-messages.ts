import type { Lsn } from './lsn.ts';

export type WalMessage = { kind: 'log'; startLsn: Lsn; content: Buffer } | { kind: 'keepalive'; wantsReply: boolean };

const logHeaderBytes = 25;
const keepaliveReplyOffset = 17;

/** What the server sends while it streams. Source: PostgreSQL's documentation, "Streaming Replication Protocol". */
export function readMessage(chunk: Buffer): WalMessage {
  const kind = String.fromCharCode(chunk[0] ?? 0);
  if (kind === 'w') return { kind: 'log', startLsn: chunk.readBigUInt64BE(1), content: chunk.subarray(logHeaderBytes) };
  if (kind === 'k') return { kind: 'keepalive', wantsReply: chunk[keepaliveReplyOffset] === 1 };
  throw new Error(`the server sends "${kind}", which is no part of its protocol`);
}

const epochMs = Date.UTC(2000, 0, 1);

/**
 * Tells the server up to where the log is safe here, and asks for a sign of life in return. Nothing is replayed, so that
 * position stays empty.
 */
export function statusUpdate(storedLsn: Lsn, now: Date): Buffer {
  const message = Buffer.alloc(34);
  message.write('r');
  message.writeBigUInt64BE(storedLsn, 1);
  message.writeBigUInt64BE(storedLsn, 9);
  message.writeBigInt64BE(BigInt(now.getTime() - epochMs) * 1_000n, 25);
  message[33] = 1;
  return message;
}
