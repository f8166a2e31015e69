import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { keyBytes, type KeyProvider } from './key-provider.ts';

const format = 1;
const headerBytes = 5;
/** 96 bits is the only nonce length that GCM takes as it is. */
const nonceBytes = 12;
const tagBytes = 16;
/** Look-up hashes come from the first version for good, so that a rotation leaves every stored hash valid. */
const hashVersion = 1;

/** A ciphertext that is not ours, was changed, or belongs to another context. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
}

/**
 * Encrypts what must not be read from a copy of the database. Layout: format (1 byte), key version (4, big-endian), nonce
 * (12), AES-256-GCM ciphertext, tag (16). The header and the context are authenticated with it.
 *
 * `context` names the one place that a value belongs to (`customers/7/123/email`): moved to another row or column, a
 * ciphertext does not decrypt.
 */
export class Encryption {
  readonly #keys: KeyProvider;
  readonly #derived = new Map<string, Buffer>();

  constructor(keys: KeyProvider) {
    this.#keys = keys;
  }

  async encrypt(plaintext: string, context: string): Promise<Buffer> {
    const { version, key } = await this.#keys.current();
    const header = headerOf(version);
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#derive('encryption', version, key), nonce);
    cipher.setAAD(boundTo(header, context));
    const body = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
    return Buffer.concat([header, nonce, body, cipher.getAuthTag()]);
  }

  /** Throws `DecryptionError` for anything but a ciphertext of this context, `KeyError` if its key is gone. */
  async decrypt(ciphertext: Buffer, context: string): Promise<string> {
    const version = keyVersion(ciphertext);
    const header = ciphertext.subarray(0, headerBytes);
    const nonce = ciphertext.subarray(headerBytes, headerBytes + nonceBytes);
    const key = this.#derived.get(`encryption/${version}`) ?? (await this.#keys.byVersion(version));
    const decipher = createDecipheriv('aes-256-gcm', this.#derive('encryption', version, key), nonce);
    decipher.setAAD(boundTo(header, context));
    decipher.setAuthTag(ciphertext.subarray(-tagBytes));
    try {
      const body = decipher.update(ciphertext.subarray(headerBytes + nonceBytes, -tagBytes));
      return Buffer.concat([body, decipher.final()]).toString('utf8');
    } catch (error) {
      throw new DecryptionError('the ciphertext was changed or belongs to another context', { cause: error });
    }
  }

  /**
   * Keyed HMAC-SHA-256 (32 bytes) for looking a value up without storing it. Callers normalise the value first. Equal
   * values of one context have equal hashes, so the context says how far that may be seen: `customers/7/email`.
   */
  async hash(value: string, context: string): Promise<Buffer> {
    const key = this.#derived.get(`hash/${hashVersion}`) ?? (await this.#keys.byVersion(hashVersion));
    const mac = createHmac('sha256', this.#derive('hash', hashVersion, key));
    return mac.update(lengthPrefixed(context)).update(value, 'utf8').digest();
  }

  /** The version that `encrypt` uses now; stored ciphertexts of another version are due for re-encryption. */
  async currentVersion(): Promise<number> {
    return (await this.#keys.current()).version;
  }

  /** No key serves two purposes: encryption and look-up each have their own, derived by HKDF-SHA-256. */
  #derive(purpose: 'encryption' | 'hash', version: number, key: Buffer): Buffer {
    const name = `${purpose}/${version}`;
    let derived = this.#derived.get(name);
    if (!derived) {
      derived = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `loyalnest ${purpose} v1`, keyBytes));
      this.#derived.set(name, derived);
    }
    return derived;
  }
}

/** The key version that a ciphertext was made with. */
export function keyVersion(ciphertext: Buffer): number {
  const isOurs = ciphertext.length >= headerBytes + nonceBytes + tagBytes && ciphertext.readUInt8() === format;
  if (!isOurs) throw new DecryptionError('this is not a ciphertext of ours');
  return ciphertext.readUInt32BE(1);
}

/** Sorts before every ciphertext of this key version, and after those of older ones. */
export function oldestOf(version: number): Buffer {
  return headerOf(version);
}

function headerOf(version: number): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(format);
  header.writeUInt32BE(version, 1);
  return header;
}

function boundTo(header: Buffer, context: string): Buffer {
  return Buffer.concat([header, Buffer.from(context, 'utf8')]);
}

/** Keeps (`a`, `bc`) and (`ab`, `c`) apart. */
function lengthPrefixed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
