import { createHmac, randomBytes } from 'node:crypto';
import { HmacSha256 } from '../../src/crypto/hmac-sha256.ts';
import { describe, expect, it } from 'vitest';

const digestOf = (key: string, content: string | Buffer) => createHmac('sha256', key).update(content).digest('hex');

describe('HmacSha256', () => {
  it('agrees with the second example of RFC 4231', () => {
    expect(new HmacSha256('Jefe').digest('what do ya want for nothing?', 'hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it.each([0, 1, 63, 64, 65, 200])(
    'agrees with Node’s for a key of %i letters and contents of every length',
    (length) => {
      const key = randomBytes(length).toString('hex').slice(0, length);
      const mac = new HmacSha256(key);
      for (const bytes of [0, 1, 55, 56, 63, 64, 65, 1_000, 10_922, 10_923, 32_768, 100_000]) {
        const content = randomBytes(bytes);
        expect(mac.digest(content, 'hex')).toBe(digestOf(key, content));
        const text = 'ä€😀x'.repeat(Math.ceil(bytes / 5)).slice(0, bytes);
        expect(mac.digest(text, 'hex')).toBe(digestOf(key, text));
      }
    },
  );

  it('is not confused by what it did before', () => {
    const mac = new HmacSha256('secret');
    mac.digest('x'.repeat(5_000), 'hex');
    expect(mac.digest('x', 'base64')).toBe(createHmac('sha256', 'secret').update('x').digest('base64'));
  });

  it('takes no other spelling of a digest', () => {
    const mac = new HmacSha256('secret');
    const digest = mac.digest('text', 'base64');
    expect(mac.matches(digest, 'text', 'base64')).toBe(true);
    expect(mac.matches(digest, 'texT', 'base64')).toBe(false);
    for (const other of ['', digest.slice(0, -1), `${digest} `, digest.replaceAll('=', ''), `Ā${digest.slice(1)}`])
      expect(mac.matches(other, 'text', 'base64')).toBe(false);
    const hex = mac.digest('text', 'hex');
    expect(mac.matches(hex.toUpperCase(), 'text', 'hex')).toBe(false);
  });
});
