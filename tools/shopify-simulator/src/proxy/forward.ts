import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'undici';

/** Shopify gives an app proxy so long to answer. */
const ANSWER_MS = 10_000;
const ANSWER_MAX_BYTES = 10 * 1024 * 1024;
/** These belong to a connection, not to what is said over it. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'expect'];
/** Neither the shopper's cookies reach the app, nor the app's cookies the shopper. */
const NOT_FORWARDED = new Set(['host', 'cookie', 'content-length', ...HOP_BY_HOP]);
const NOT_RETURNED = new Set(['set-cookie', 'content-length', ...HOP_BY_HOP]);

export type Forwarding = {
  target: string;
  method: string;
  headers: IncomingHttpHeaders;
  body: Buffer | undefined;
  shop: string;
  ip: string;
};

export type Forwarded = { status: number; headers: [string, string | string[]][]; body: Buffer };

/** The app's answer as it is: bytes, encoding, caching and all. Throws if there is none. */
export async function forward({ target, method, headers, body, shop, ip }: Forwarding): Promise<Forwarded> {
  const sent: Record<string, string | string[]> = { 'x-forwarded-for': ip, 'x-forwarded-host': shop };
  for (const [name, value] of Object.entries(headers)) {
    if (NOT_FORWARDED.has(name) || name.startsWith('x-forwarded-') || value === undefined) continue;
    sent[name] = value;
  }
  const response = await request(target, {
    method: method as 'GET',
    headers: sent,
    ...(body && body.length > 0 ? { body } : {}),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_MAX_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  const returned = Object.entries(response.headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined && !NOT_RETURNED.has(entry[0]),
  );
  return { status: response.statusCode, headers: returned, body: Buffer.concat(chunks) };
}
