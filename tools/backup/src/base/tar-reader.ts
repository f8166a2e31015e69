/** One entry of a tar archive as PostgreSQL writes it. */
export type TarEntry = { path: string; kind: 'file' | 'folder' | 'link'; bytes: number; mode: number };

export type TarListener = {
  entry(entry: TarEntry): void;
  /** The content of the last entry, piece by piece. */
  content(chunk: Buffer): void;
  /** The last entry is complete. */
  end(): void;
};

const blockBytes = 512;
const kinds: Record<string, TarEntry['kind']> = { '0': 'file', '\0': 'file', '5': 'folder', '2': 'link' };

/** Takes an archive apart as it comes, in pieces of any size. */
export class TarReader {
  readonly #listener: TarListener;
  #header = Buffer.alloc(blockBytes);
  #headerBytes = 0;
  #contentLeft = 0;
  #paddingLeft = 0;
  #isInFile = false;

  constructor(listener: TarListener) {
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#contentLeft > 0) {
        const part = chunk.subarray(at, at + this.#contentLeft);
        this.#listener.content(part);
        this.#contentLeft -= part.length;
        at += part.length;
      } else if (this.#paddingLeft > 0) {
        const skipped = Math.min(this.#paddingLeft, chunk.length - at);
        this.#paddingLeft -= skipped;
        at += skipped;
      } else {
        at += this.#fillHeader(chunk.subarray(at, at + blockBytes - this.#headerBytes));
      }
      if (this.#isInFile && this.#contentLeft === 0) this.#endEntry();
    }
  }

  /** Throws when the archive stops in the middle of something. */
  close(): void {
    if (this.#contentLeft > 0 || this.#paddingLeft > 0 || this.#headerBytes > 0)
      throw new Error('the archive ends in the middle of a file');
  }

  #fillHeader(part: Buffer): number {
    part.copy(this.#header, this.#headerBytes);
    this.#headerBytes += part.length;
    if (this.#headerBytes === blockBytes) {
      this.#headerBytes = 0;
      // Empty blocks end the archive.
      if (this.#header.some((byte) => byte !== 0)) this.#beginEntry(parseHeader(this.#header));
    }
    return part.length;
  }

  #beginEntry(entry: TarEntry): void {
    this.#listener.entry(entry);
    this.#contentLeft = entry.bytes;
    this.#paddingLeft = (blockBytes - (entry.bytes % blockBytes)) % blockBytes;
    this.#isInFile = true;
  }

  #endEntry(): void {
    this.#isInFile = false;
    this.#listener.end();
  }
}

function parseHeader(header: Buffer): TarEntry {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
  if (number(header.subarray(148, 156)) !== sum) throw new Error('the archive is damaged: a header does not add up');
  const kind = kinds[String.fromCharCode(header[156] ?? 0)];
  if (!kind) throw new Error(`the archive holds an entry of an unknown kind`);
  const bytes = kind === 'file' ? number(header.subarray(124, 136)) : 0;
  return { path: pathOf(header), kind, bytes, mode: number(header.subarray(100, 108)) };
}

/** Within the folder that is restored, always. */
function pathOf(header: Buffer): string {
  const [name, prefix] = [text(header.subarray(0, 100)), text(header.subarray(345, 500))];
  const path = (prefix ? `${prefix}/${name}` : name).replace(/^\.\//, '').replace(/\/$/, '');
  const isInside = path !== '' && !path.startsWith('/') && !path.split('/').includes('..');
  if (!isInside) throw new Error(`the archive holds "${path}", which is no path of a data folder`);
  return path;
}

function text(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** Octal, or binary for what octal has no room for. */
function number(field: Buffer): number {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) return Number(field.readBigUInt64BE(field.length - 8));
  return Number.parseInt(text(field).trim() || '0', 8);
}
