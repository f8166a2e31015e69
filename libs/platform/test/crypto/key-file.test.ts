import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEncryption } from '../../src/crypto/create-encryption.ts';
import { Encryption } from '../../src/crypto/encryption.ts';
import { FileKeyProvider } from '../../src/crypto/file-key-provider.ts';

const key = (bytes = 32) => randomBytes(bytes).toString('base64');

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-keys-'));
  path = join(folder, 'keys.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(content: unknown, mode = 0o600): void {
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  chmodSync(path, mode);
}

describe('a key file', () => {
  it('gives the current key and older ones', async () => {
    const [first, second] = [key(), key()];
    write({ current: 2, keys: { 1: first, 2: second } });
    const provider = new FileKeyProvider(path);
    expect(await provider.current()).toEqual({ version: 2, key: Buffer.from(second, 'base64') });
    expect((await provider.byVersion(1)).toString('base64')).toBe(first);
  });

  it.each([0o640, 0o604, 0o620, 0o644])('is refused when others may reach it (mode %o)', (mode) => {
    write({ current: 1, keys: { 1: key() } }, mode);
    expect(() => new FileKeyProvider(path)).toThrow(/chmod 600/);
  });

  it.each([
    ['is missing', undefined, /cannot be read: ENOENT/],
    ['is no JSON', '{"current": 1, "keys": {"1": "c2VjcmV0', /is not a key file/],
    ['has a short key', { current: 1, keys: { 1: key(16) } }, /key 1 has 16 bytes instead of 32/],
    ['has no base64', { current: 1, keys: { 1: 'not base64!' } }, /keys\.1/],
    ['lacks its current version', { current: 2, keys: { 1: key() } }, /no key for its current version 2/],
    ['lacks version 1', { current: 2, keys: { 2: key() } }, /no version 1/],
    ['counts from 0', { current: 0, keys: { 0: key() } }, /current/],
  ])('that %s is refused with a reason', (_, content, reason) => {
    if (content !== undefined) write(content);
    expect(() => new FileKeyProvider(path)).toThrow(reason);
  });

  it('does not show up in the error about it', () => {
    const secret = key();
    write(`{"current": 1, "keys": {"1": "${secret}"`);
    expect(() => new FileKeyProvider(path)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(secret) }),
    );
  });

  it('is read again when another process writes with a newer key', async () => {
    const [first, second] = [key(), key()];
    write({ current: 1, keys: { 1: first } });
    const stale = new Encryption(new FileKeyProvider(path));
    await stale.encrypt('warm', 'c');
    write({ current: 2, keys: { 1: first, 2: second } });
    const ciphertext = await new Encryption(new FileKeyProvider(path)).encrypt('from the new process', 'c');
    expect(await stale.decrypt(ciphertext, 'c')).toBe('from the new process');
    expect(await stale.currentVersion()).toBe(2);
  });
});

describe('the start of a service that encrypts', () => {
  it('fails with the name of the missing variable', async () => {
    await expect(createEncryption({}, ['auth', 'admin-core'])).rejects.toThrow(
      'MASTER_KEY_FILE: needed by auth, admin-core, or AWS_KMS_KEY_ID in its place',
    );
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1';
    await expect(createEncryption({ AWS_KMS_KEY_ID: arn }, ['auth'])).rejects.toThrow(
      'WRAPPED_KEYS_FILE: needed with AWS_KMS_KEY_ID',
    );
    await expect(createEncryption({ AWS_KMS_KEY_ID: '1', WRAPPED_KEYS_FILE: path }, ['auth'])).rejects.toThrow(
      'AWS_REGION',
    );
    await expect(createEncryption({ AWS_KMS_KEY_ID: arn, WRAPPED_KEYS_FILE: path }, ['auth'])).rejects.toThrow(
      'AWS_ACCESS_KEY_ID',
    );
  });

  it('fails when the key file cannot be used', async () => {
    await expect(createEncryption({ MASTER_KEY_FILE: path }, ['auth'])).rejects.toThrow(/ENOENT/);
  });
});
