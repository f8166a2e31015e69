const headerEnd = Buffer.from('\r\n\r\n');
const lengthName = 'content-length: ';

/**
 * Finds the ends of the answers on one connection and their status, and looks at nothing else. Expects what our server
 * sends: a `Content-Length`, and one answer at a time.
 */
export class ResponseParser {
  readonly #onResponse: (status: number) => void;
  #head: Buffer | undefined;
  #status = 0;
  #bodyLeft = 0;

  constructor(onResponse: (status: number) => void) {
    this.#onResponse = onResponse;
  }

  /** `chunk` may be reused when this returns. */
  push(chunk: Buffer): void {
    if (this.#bodyLeft > 0) return this.#takeBody(chunk);
    const bytes = this.#head ? Buffer.concat([this.#head, chunk]) : chunk;
    const end = bytes.indexOf(headerEnd);
    if (end < 0) {
      this.#head = Buffer.from(bytes);
      return;
    }
    this.#head = undefined;
    const head = bytes.toString('latin1', 0, end).toLowerCase();
    this.#status = Number(head.slice(9, 12));
    this.#bodyLeft = contentLength(head);
    this.#takeBody(bytes.subarray(end + headerEnd.length));
  }

  #takeBody(bytes: Buffer): void {
    if (bytes.length > this.#bodyLeft) throw new Error('more bytes than the answer announced');
    this.#bodyLeft -= bytes.length;
    if (this.#bodyLeft === 0) this.#onResponse(this.#status);
  }
}

function contentLength(head: string): number {
  const at = head.indexOf(lengthName);
  if (at < 0) throw new Error('an answer without a length');
  const start = at + lengthName.length;
  const end = head.indexOf('\r', start);
  return Number(head.slice(start, end < 0 ? undefined : end));
}
