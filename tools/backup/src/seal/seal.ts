import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { UserError } from '@loyalnest/dev/errors';
import type { KeyFile } from '@loyalnest/platform/crypto/key-file';

/** What is stored at once. It is held in memory whole, so that nothing is used before all of it has proved genuine. */
export const pieceBytesMax = 32 * 1_024 * 1_024;

const magic = Buffer.from('LNB1');
const saltBytes = 32;
const versionAt = magic.length;
const plainBytesAt = versionAt + 4;
const saltAt = plainBytesAt + 4;
const headerBytes = saltAt + saltBytes;
const tagBytes = 16;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** Tables shrink about as well as with the default, at twice the speed. */
const compressionLevel = 1;
/** The least that Node takes. */
const chunkBytesMin = 64;

/**
 * Compresses and encrypts: `LNB1`, the key's version, the length, a salt, then AES-256-GCM under a key of its own that follows from the
 * backup key, the salt and the name. Whatever was stored under another name, cut short or changed does not open.
 */
export async function seal(keys: KeyFile, name: string, plain: Buffer): Promise<Buffer> {
  const header = Buffer.alloc(headerBytes);
  magic.copy(header);
  header.writeUInt32BE(keys.current, versionAt);
  header.writeUInt32BE(plain.length, plainBytesAt);
  randomBytes(saltBytes).copy(header, saltAt);
  const content = await compress(plain, { params: { [constants.ZSTD_c_compressionLevel]: compressionLevel } });
  const { key, nonce } = deriveKey(backupKey(keys, keys.current, name), header, name);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(header);
  return Buffer.concat([header, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/** Throws `UserError` when it is not, to the last bit, what was sealed under this name with one of these keys. */
export async function open(keys: KeyFile, name: string, sealed: Buffer): Promise<Buffer> {
  const header = sealed.subarray(0, headerBytes);
  if (sealed.length < headerBytes + tagBytes || !header.subarray(0, magic.length).equals(magic)) throw damaged(name);
  const { key, nonce } = deriveKey(backupKey(keys, header.readUInt32BE(versionAt), name), header, name);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    .setAAD(header)
    .setAuthTag(sealed.subarray(-tagBytes));
  const content = decipher.update(sealed.subarray(headerBytes, -tagBytes));
  try {
    decipher.final();
  } catch (error) {
    throw damaged(name, error);
  }
  const plainBytes = header.readUInt32BE(plainBytesAt);
  // Into one buffer of the right size at once, which takes half the time.
  const plain = await decompress(content, {
    maxOutputLength: pieceBytesMax,
    chunkSize: Math.max(plainBytes, chunkBytesMin),
  });
  if (plain.length !== plainBytes) throw damaged(name);
  return plain;
}

/** A key for one object only, so that no number of objects wears the backup key out. */
function deriveKey(key: Buffer, header: Buffer, name: string): { key: Buffer; nonce: Buffer } {
  const salt = header.subarray(saltAt);
  const derived = Buffer.from(hkdfSync('sha256', key, salt, `loyalnest backup ${name}`, 44));
  return { key: derived.subarray(0, 32), nonce: derived.subarray(32) };
}

function backupKey(keys: KeyFile, version: number, name: string): Buffer {
  const key = keys.keys.get(version);
  if (key) return key;
  throw new UserError(
    `${name} was encrypted with version ${version} of the backup key, which the key file does not have`,
  );
}

function damaged(name: string, cause?: unknown): UserError {
  const text = `${name} is damaged, or was encrypted with another backup key; nothing of it is used`;
  return new UserError(text, 1, { cause });
}
