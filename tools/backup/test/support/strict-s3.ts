import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type StrictS3 = {
  endpoint: string;
  accessKeyId: string;
  secretAccessKey: string;
  objects: Map<string, Buffer>;
  /** How many `PUT` are answered before the server is gone. */
  failAfterPuts(count: number): void;
  /** Nobody listens any more until `start`. */
  stop(): Promise<void>;
  start(): Promise<void>;
};

const region = 'test-region';
const bucket = 'backups';
/** Small, so that tests turn pages. */
const pageMax = 3;

/**
 * Plays an S3 service at its HTTP edge: one bucket, path style, and no request without a valid signature of version 4 over
 * the very bytes that came.
 */
export async function aStrictS3(): Promise<StrictS3> {
  const objects = new Map<string, Buffer>();
  const credentials = { accessKeyId: 'test-key-id', secretAccessKey: 'test-secret' };
  let port = 0;
  let putsLeft = Number.POSITIVE_INFINITY;
  let server: Server | undefined;
  const stop = async () => {
    const stopping = server;
    server = undefined;
    stopping?.closeAllConnections();
    await new Promise<void>((settle) => (stopping ? stopping.close(() => settle()) : settle()));
  };
  const start = async () => {
    putsLeft = Number.POSITIVE_INFINITY;
    server = createServer((request, response) => {
      void answer(request, response, { objects, credentials }).then(async () => {
        if (request.method !== 'PUT') return;
        putsLeft -= 1;
        if (putsLeft <= 0) await stop();
      });
    });
    await new Promise<void>((settle) => server?.listen(port, '127.0.0.1', settle));
    port = (server.address() as AddressInfo).port;
  };
  await start();
  onTestFinished(stop);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    ...credentials,
    objects,
    failAfterPuts: (count) => (putsLeft = count),
    stop,
    start,
  };
}

type Store = { objects: Map<string, Buffer>; credentials: { accessKeyId: string; secretAccessKey: string } };

async function answer(request: IncomingMessage, response: ServerResponse, store: Store): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const refusal = checkSignature(request, { url, body, ...store.credentials });
  if (refusal) return fail(response, 403, refusal);
  const [, bucketName, ...rest] = decodeURIComponent(url.pathname).split('/');
  if (bucketName !== bucket) return fail(response, 404, 'NoSuchBucket');
  const key = rest.join('/');
  const { objects } = store;
  if (request.method === 'PUT') {
    objects.set(key, body);
    response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
  } else if (request.method === 'GET' && key !== '') {
    const object = objects.get(key);
    if (!object) return fail(response, 404, 'NoSuchKey');
    response.writeHead(200, { 'content-length': object.length }).end(object);
  } else if (request.method === 'GET') {
    sendXml(response, 200, list(objects, url.searchParams));
  } else if (request.method === 'POST' && url.searchParams.has('delete')) {
    if (!hasChecksum(request, body)) return fail(response, 400, 'InvalidRequest');
    for (const [, name] of body.toString('utf8').matchAll(/<Key>([^<]*)<\/Key>/g)) objects.delete(name ?? '');
    sendXml(response, 200, '<DeleteResult></DeleteResult>');
  } else {
    fail(response, 405, 'MethodNotAllowed');
  }
}

/** Removing several at once needs a checksum of the list: MD5, or one of the newer ones. */
function hasChecksum({ headers }: IncomingMessage, body: Buffer): boolean {
  const md5 = headers['content-md5'];
  if (md5) return md5 === createHash('md5').update(body).digest('base64');
  return Object.keys(headers).some((name) => name.startsWith('x-amz-checksum-'));
}

function list(objects: Map<string, Buffer>, query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const names = [...objects.keys()].filter((name) => name.startsWith(prefix) && name > after).sort();
  const page = names.slice(0, pageMax);
  const contents = page.map(
    (name) => `<Contents><Key>${name}</Key><Size>${objects.get(name)?.length}</Size></Contents>`,
  );
  const isTruncated = names.length > page.length;
  const next = isTruncated ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

/** The code of what is wrong with the signature, if anything is. */
function checkSignature(
  request: IncomingMessage,
  { url, body, accessKeyId, secretAccessKey }: { url: URL; body: Buffer; accessKeyId: string; secretAccessKey: string },
): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return 'AccessDenied';
  const [, keyId, day = '', signedRegion = '', signedHeaders = '', signature = ''] = match;
  if (keyId !== accessKeyId) return 'InvalidAccessKeyId';
  if (signedRegion !== region) return 'AuthorizationHeaderMalformed';
  const contentHash = String(request.headers['x-amz-content-sha256']);
  if (contentHash !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const canonical = [
    request.method,
    url.pathname
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    query.join('&'),
    ...signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders,
    contentHash,
  ].join('\n');
  const time = String(request.headers['x-amz-date']);
  const toSign = ['AWS4-HMAC-SHA256', time, `${day}/${region}/s3/aws4_request`, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<Buffer>(
    (signing, part) => createHmac('sha256', signing).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const expected = createHmac('sha256', key).update(toSign).digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function fail(response: ServerResponse, status: number, code: string): void {
  sendXml(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function sendXml(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${xml}`);
}

export const strictS3Place = { region, bucket };
