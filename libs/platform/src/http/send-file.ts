import type { FastifyReply } from 'fastify';

/** A file for a browser, in memory, with what was compressed beforehand. */
export type BrowserFile = {
  type: string;
  etag: string;
  bytes: Buffer;
  brotli: Buffer | undefined;
  gzip: Buffer | undefined;
};

/** What a request says about the file it wants. */
export type FileConditions = { 'accept-encoding'?: string; 'if-none-match'?: string };
export type FileReply = FastifyReply;

/** Sends a file that pages of any origin may use: in the smallest form that the browser takes, and not again if it has it. */
export function sendFile(reply: FileReply, file: BrowserFile, of: FileConditions & { cacheControl: string }): void {
  void reply
    .header('cache-control', of.cacheControl)
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('vary', 'accept-encoding')
    .header('etag', file.etag);
  if (of['if-none-match']?.includes(file.etag)) {
    void reply.status(304).send();
    return;
  }
  const { encoding, bytes } = encoded(file, of['accept-encoding'] ?? '');
  void reply.header('content-type', file.type);
  if (encoding !== undefined) void reply.header('content-encoding', encoding);
  void reply.send(bytes);
}

function encoded(file: BrowserFile, accepted: string): { encoding?: string; bytes: Buffer } {
  if (file.brotli && takes(accepted, 'br')) return { encoding: 'br', bytes: file.brotli };
  if (file.gzip && takes(accepted, 'gzip')) return { encoding: 'gzip', bytes: file.gzip };
  return { bytes: file.bytes };
}

/** Whether an `Accept-Encoding` names the encoding and does not forbid it. */
function takes(accepted: string, encoding: string): boolean {
  return accepted.split(',').some((part) => {
    const [name, weight = ''] = part.split(';').map((text) => text.trim());
    return name === encoding && !/^q=0(\.0*)?$/.test(weight);
  });
}
