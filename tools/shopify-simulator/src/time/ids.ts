import { createHash } from 'node:crypto';

export type Gid = { type: string; id: number };

export function gid(type: string, id: number | string): string {
  return `gid://shopify/${type}/${id}`;
}

/** The number in a global id of this type, or undefined if it is another type or no id at all. */
export function findGidNumber(text: string, type: string): number | undefined {
  const parsed = parseGid(text);
  return parsed?.type === type ? parsed.id : undefined;
}

export function parseGid(text: string): Gid | undefined {
  const match = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d{1,16})(?:\?.*)?$/.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return { type: match[1], id: Number(match[2]) };
}

/** A number below `bound` that depends on nothing but the text. */
export function hashBelow(text: string, bound: number): number {
  return createHash('sha256').update(text).digest().readUIntBE(0, 6) % bound;
}
