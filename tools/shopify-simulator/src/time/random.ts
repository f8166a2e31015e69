import { createHash } from 'node:crypto';

/** Seeded randomness: the same seed gives the same simulator. */
export type Random = {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number, 0 ≤ x < bound. */
  below(bound: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  uuid(): string;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
};

/** The sfc32 generator, seeded by the SHA-256 of the seed. */
export function createRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest();
  let a = digest.readInt32LE(0);
  let b = digest.readInt32LE(4);
  let c = digest.readInt32LE(8);
  let counter = digest.readInt32LE(12);

  const word = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  const next = () => word() / 2 ** 32;
  const hex = (digits: number) => {
    let text = '';
    while (text.length < digits) text += word().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  };

  return {
    next,
    hex,
    below: (bound) => Math.floor(next() * bound),
    chance: (probability) => probability > 0 && next() < probability,
    uuid() {
      const text = hex(32);
      const variant = '89ab'[word() & 3] ?? '8';
      return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`;
    },
  };
}
