/** A version of the master key: 32 bytes. */
export type MasterKey = { version: number; key: Buffer };

/** Where master keys come from. New data is encrypted with the current one; older versions stay readable. */
export abstract class KeyProvider {
  abstract current(): Promise<MasterKey>;
  /** Throws `KeyError` if there is no such version. */
  abstract byVersion(version: number): Promise<Buffer>;
}

/** A key that cannot be had; the message says which one and why, and never holds key material. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

export const keyBytes = 32;
