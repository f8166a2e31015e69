import { createHash } from 'node:crypto';

/** Something that somebody did with the product. Properties hold counts and words of ours, nothing personal. */
export type ProductEvent = {
  merchantId: number;
  /** UUID; the same for every delivery of the same event. */
  eventId: string;
  occurredAt: Date;
  /** As PostHog shows it: `points_earned`. */
  name: string;
  customerId: number | null;
  properties: Readonly<Record<string, string | number | boolean | undefined>>;
};

/** The UUID that follows from a name: version 8 of RFC 9562, the first bits of a SHA-256. */
export function eventIdOf(...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256').update(parts.join('/')).digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
