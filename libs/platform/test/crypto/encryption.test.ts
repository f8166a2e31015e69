import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecryptionError, Encryption, keyVersion } from '../../src/crypto/encryption.ts';
import { KeyError, KeyProvider, type MasterKey } from '../../src/crypto/key-provider.ts';

/** Keys in memory that can be rotated. */
class Keys extends KeyProvider {
  readonly #keys: Buffer[] = [randomBytes(32)];

  rotate(): void {
    this.#keys.push(randomBytes(32));
  }

  async current(): Promise<MasterKey> {
    return { version: this.#keys.length, key: await this.byVersion(this.#keys.length) };
  }

  async byVersion(version: number): Promise<Buffer> {
    const key = this.#keys[version - 1];
    if (!key) throw new KeyError(`no version ${version}`);
    return key;
  }
}

describe('encryption', () => {
  it('gives back every text it was given', async () => {
    const encryption = new Encryption(new Keys());
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (text, context) => {
        expect(await encryption.decrypt(await encryption.encrypt(text, context), context)).toBe(text);
      }),
    );
  });

  it('never writes the same ciphertext twice', async () => {
    const encryption = new Encryption(new Keys());
    const [first, second] = [
      await encryption.encrypt('a@b.example', 'c'),
      await encryption.encrypt('a@b.example', 'c'),
    ];
    expect(first.equals(second)).toBe(false);
  });

  it('refuses a ciphertext with any bit changed', async () => {
    const encryption = new Encryption(new Keys());
    const ciphertext = await encryption.encrypt('someone@example.com', 'customers/7/1/email');
    for (let bit = 0; bit < ciphertext.length * 8; bit += 1) {
      const changed = Buffer.from(ciphertext);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      await expect(encryption.decrypt(changed, 'customers/7/1/email')).rejects.toThrow();
    }
  });

  it('refuses a ciphertext that was moved to another context', async () => {
    const encryption = new Encryption(new Keys());
    const ciphertext = await encryption.encrypt('someone@example.com', 'customers/7/1/email');
    await expect(encryption.decrypt(ciphertext, 'customers/7/2/email')).rejects.toThrow(DecryptionError);
  });

  it('refuses bytes that are no ciphertext', async () => {
    const encryption = new Encryption(new Keys());
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.alloc(32),
      Buffer.alloc(33),
      Buffer.from('someone@example.com'.repeat(3)),
    ]) {
      await expect(encryption.decrypt(bytes, 'c')).rejects.toThrow(DecryptionError);
    }
  });

  it('reads what older keys wrote after a rotation, and writes with the new one', async () => {
    const keys = new Keys();
    const encryption = new Encryption(keys);
    const old = await encryption.encrypt('before', 'c');
    keys.rotate();
    expect(await encryption.decrypt(old, 'c')).toBe('before');
    expect([keyVersion(old), keyVersion(await encryption.encrypt('after', 'c'))]).toEqual([1, 2]);
    expect(await new Encryption(keys).decrypt(old, 'c')).toBe('before');
  });

  it('finds a value by its hash after a rotation', async () => {
    const keys = new Keys();
    const before = await new Encryption(keys).hash('someone@example.com', 'customers/7/email');
    keys.rotate();
    expect(await new Encryption(keys).hash('someone@example.com', 'customers/7/email')).toEqual(before);
  });

  it('hashes a value differently in each context and with each key', async () => {
    const encryption = new Encryption(new Keys());
    const hashes = [
      await encryption.hash('bc', 'a'),
      await encryption.hash('c', 'ab'),
      await encryption.hash('bc', 'b'),
      await new Encryption(new Keys()).hash('bc', 'a'),
    ];
    expect(new Set(hashes.map((hash) => hash.toString('hex'))).size).toBe(4);
  });
});
