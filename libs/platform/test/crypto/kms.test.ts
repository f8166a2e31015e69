import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signAwsRequest } from '../../src/crypto/aws-signature.ts';
import { createEncryption } from '../../src/crypto/create-encryption.ts';
import { KmsKeyProvider, kmsContext } from '../../src/crypto/kms-key-provider.ts';
import { startFakeKms, type FakeKms } from './fake-kms.ts';

const keyId = 'arn:aws:kms:eu-central-1:111122223333:key/1234';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

let kms: FakeKms;
let folder: string;
let wrappedKeysFile: string;
const keys = { 1: randomBytes(32), 2: randomBytes(32) };

beforeEach(async () => {
  kms = await startFakeKms({ keyId, region: 'eu-central-1', ...credentials, sessionToken: 'token' });
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-kms-'));
  wrappedKeysFile = join(folder, 'wrapped.json');
  write({ current: 2, keys: { 1: kms.wrap(keys[1], kmsContext(1)), 2: kms.wrap(keys[2], kmsContext(2)) } });
});
afterEach(async () => {
  await kms.close();
  rmSync(folder, { recursive: true });
});

function write(content: unknown): void {
  writeFileSync(wrappedKeysFile, JSON.stringify(content));
  chmodSync(wrappedKeysFile, 0o600);
}

function provider(options: { secretAccessKey?: string; keyId?: string; sessionToken?: string } = {}): KmsKeyProvider {
  return new KmsKeyProvider({
    keyId: options.keyId ?? keyId,
    wrappedKeysFile,
    region: 'eu-central-1',
    credentials: { ...credentials, sessionToken: 'token', ...options },
    endpoint: kms.url,
  });
}

describe('a signed AWS request', () => {
  // "get-vanilla" of AWS's Signature Version 4 test suite.
  it('has the signature that AWS publishes as an example', () => {
    const { authorization } = signAwsRequest(
      { method: 'GET', url: new URL('https://example.amazonaws.com/'), headers: {}, body: '' },
      { credentials, region: 'us-east-1', service: 'service', now: new Date('2015-08-30T12:36:00Z') },
    );
    expect(authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        'SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    );
  });
});

describe('keys that AWS KMS wrapped', () => {
  it('are unwrapped, each once', async () => {
    const wrapped = provider();
    expect(await wrapped.current()).toEqual({ version: 2, key: keys[2] });
    expect(await Promise.all([wrapped.byVersion(1), wrapped.byVersion(1), wrapped.byVersion(2)])).toEqual([
      keys[1],
      keys[1],
      keys[2],
    ]);
    expect(kms.calls).toHaveLength(2);
  });

  it('serve a whole service that is configured for them', async () => {
    const config = {
      AWS_KMS_KEY_ID: keyId,
      WRAPPED_KEYS_FILE: wrappedKeysFile,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL_KMS: kms.url,
    };
    const encryption = await createEncryption(config, ['auth']);
    expect(await encryption.decrypt(await encryption.encrypt('secret', 'c'), 'c')).toBe('secret');
  });

  it.each([
    ['a wrong secret', { secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
    ['a wrong session token', { sessionToken: 'old' }, 'UnrecognizedClientException'],
    ['another key', { keyId: 'arn:aws:kms:eu-central-1:1:key/other' }, 'IncorrectKeyException'],
  ])('are refused with %s, and the reason is said, once', async (_, options, reason) => {
    await expect(provider(options).current()).rejects.toThrow(`AWS KMS refused to unwrap a key: ${reason}`);
    expect(kms.calls).toHaveLength(1);
  });

  it('cannot take the place of another version', async () => {
    write({ current: 1, keys: { 1: kms.wrap(keys[2], kmsContext(2)) } });
    await expect(provider().current()).rejects.toThrow('InvalidCiphertextException');
  });

  it('must have 32 bytes', async () => {
    write({ current: 1, keys: { 1: kms.wrap(randomBytes(16), kmsContext(1)) } });
    await expect(provider().current()).rejects.toThrow('to 16 bytes instead of 32');
  });

  it.each([
    ['fails', { status: 500 }],
    ['throttles', { status: 400, type: 'ThrottlingException' }],
  ])('are asked for again when AWS %s', async (_, failure) => {
    kms.failures.push(failure, failure);
    expect((await provider().current()).key).toEqual(keys[2]);
    expect(kms.calls).toHaveLength(3);
  });

  it('cannot be had from an AWS that keeps failing or is away, but later they can', async () => {
    const wrapped = provider();
    kms.failures.push(...Array.from({ length: 3 }, () => ({ status: 503 })));
    await expect(wrapped.current()).rejects.toThrow(/AWS KMS cannot be reached at 127\.0\.0\.1/);
    expect((await wrapped.current()).key).toEqual(keys[2]);
    const lost = new KmsKeyProvider({
      keyId,
      wrappedKeysFile,
      region: 'eu-central-1',
      credentials,
      endpoint: 'http://127.0.0.1:1/',
    });
    await expect(lost.current()).rejects.toThrow(/cannot be reached/);
  });

  it('are missed when the answer holds none', async () => {
    kms.failures.push({ status: 200, body: '{}' });
    await expect(provider().current()).rejects.toThrow('without a key');
  });
});
