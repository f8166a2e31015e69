import { randomBytes, randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { open, seal } from '../src/seal/seal.ts';
import { aKey } from './support/a-server.ts';

const name = 'wal/000000010000000000000001';

describe('what is sealed', () => {
  it('comes back as it was, compressed and unreadable meanwhile', async () => {
    const keys = aKey();
    const plain = Buffer.from('ledger '.repeat(10_000));
    const sealed = await seal(keys, name, plain);
    expect(sealed.length).toBeLessThan(plain.length / 10);
    expect(sealed.includes('ledger')).toBe(false);
    expect((await open(keys, name, sealed)).equals(plain)).toBe(true);
  });

  it('is never the same twice', async () => {
    const keys = aKey();
    const [first, second] = [await seal(keys, name, Buffer.from('x')), await seal(keys, name, Buffer.from('x'))];
    expect(first.equals(second)).toBe(false);
  });

  it('does not open when any one bit has changed', async () => {
    const keys = aKey();
    const sealed = await seal(keys, name, randomBytes(200));
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      await expect(open(keys, name, changed), `bit ${bit}`).rejects.toThrow(/damaged|which the key file does not have/);
    }
  });

  it('does not open when it was cut short, or lies under another name', async () => {
    const keys = aKey();
    const sealed = await seal(keys, name, randomBytes(5_000));
    for (const length of [0, 10, 55, randomInt(56, sealed.length), sealed.length - 1])
      await expect(open(keys, name, sealed.subarray(0, length))).rejects.toThrow('is damaged');
    await expect(open(keys, 'wal/000000010000000000000002', sealed)).rejects.toThrow('is damaged');
  });

  it('does not open with another key, and says which version of the key is missing', async () => {
    const sealed = await seal(aKey(), name, Buffer.from('x'));
    await expect(open(aKey(), name, sealed)).rejects.toThrow('was encrypted with another backup key');
    const newer = { current: 2, keys: new Map([[2, randomBytes(32)]]) };
    await expect(open(newer, name, sealed)).rejects.toThrow(
      'version 1 of the backup key, which the key file does not have',
    );
  });

  it('opens with an older version of the key', async () => {
    const keys = aKey();
    const sealed = await seal(keys, name, Buffer.from('x'));
    const rotated = { current: 2, keys: new Map([...keys.keys, [2, randomBytes(32)]]) };
    expect((await open(rotated, name, sealed)).toString()).toBe('x');
  });
});
