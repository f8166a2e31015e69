import type { Position } from '../events/outbox.ts';

/** A place among a service's events, and when it was handed out. Opaque to clients, who bring it back to go on from there. */
export type StreamPosition = Position & { at: Date };

const pattern = /^(\d{1,20})\.(\d{1,16})\.([0-9a-z]{1,9})$/;

export function encodeStreamPosition({ xid, id, at }: StreamPosition): string {
  return `${xid}.${id}.${Math.floor(at.getTime() / 1_000).toString(36)}`;
}

/** `undefined` for what is not one of ours. */
export function decodeStreamPosition(text: string): StreamPosition | undefined {
  const [, xid, id, seconds] = pattern.exec(text) ?? [];
  if (xid === undefined || id === undefined || seconds === undefined) return undefined;
  return { xid, id: Number(id), at: new Date(Number.parseInt(seconds, 36) * 1_000) };
}

/** Below zero, zero or above, as `a` comes before, with or after `b`. */
export function comparePositions(a: Position, b: Position): number {
  const [left, right] = [BigInt(a.xid), BigInt(b.xid)];
  if (left !== right) return left < right ? -1 : 1;
  return a.id - b.id;
}
