import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type FakeKms = {
  url: string;
  calls: string[];
  /** Answers of the next calls, before any check. */
  failures: { status: number; type?: string; body?: string }[];
  wrap(key: Buffer, context: Record<string, string>): string;
  close(): Promise<void>;
};

export type FakeKmsOptions = {
  keyId: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
};

type Refusal = { status: number; type: string };

/** AWS KMS at its HTTP edge, in the one operation we use. It checks the whole signature, as AWS does. */
export async function startFakeKms(options: FakeKmsOptions): Promise<FakeKms> {
  const wrappingKey = randomBytes(32);
  const calls: string[] = [];
  const failures: FakeKms['failures'] = [];
  const server = createServer((request, response) => void respond(request, response));

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    calls.push(String(request.headers['x-amz-target']));
    const failure = failures.shift();
    const answer = failure ?? decrypt(request, body);
    response.statusCode = 'Plaintext' in answer ? 200 : answer.status;
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    if ('Plaintext' in answer) response.end(JSON.stringify(answer));
    else response.end(failure?.body ?? JSON.stringify({ __type: answer.type }));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  function decrypt(request: IncomingMessage, body: string): { Plaintext: string; KeyId: string } | Refusal {
    const unsigned = checkSignature(request, body, { ...options, host });
    if (unsigned) return unsigned;
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1')
      return { status: 400, type: 'SerializationException' };
    if (request.headers['x-amz-target'] !== 'TrentService.Decrypt')
      return { status: 400, type: 'UnknownOperationException' };
    const { KeyId, CiphertextBlob, EncryptionContext } = JSON.parse(body) as Record<string, never>;
    if (KeyId !== options.keyId) return { status: 400, type: 'com.amazonaws.kms#IncorrectKeyException' };
    const blob = Buffer.from(CiphertextBlob ?? '', 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', wrappingKey, blob.subarray(0, 12));
      decipher.setAAD(Buffer.from(JSON.stringify(EncryptionContext ?? {})));
      decipher.setAuthTag(blob.subarray(-16));
      const key = Buffer.concat([decipher.update(blob.subarray(12, -16)), decipher.final()]);
      return { Plaintext: key.toString('base64'), KeyId };
    } catch {
      return { status: 400, type: 'com.amazonaws.kms#InvalidCiphertextException' };
    }
  }

  return {
    url: `http://${host}/`,
    calls,
    failures,
    wrap(key, context) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce);
      cipher.setAAD(Buffer.from(JSON.stringify(context)));
      return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]).toString('base64');
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** Written from AWS's description, not from our signer, so that both cannot share a mistake. */
function checkSignature(
  request: IncomingMessage,
  body: string,
  expected: FakeKmsOptions & { host: string },
): Refusal | undefined {
  const refused = { status: 400, type: 'InvalidSignatureException' };
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/kms\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;
  const match = pattern.exec(request.headers.authorization ?? '');
  if (!match) return { status: 400, type: 'MissingAuthenticationTokenException' };
  const [, accessKeyId, day = '', region = '', signedHeaders = '', signature] = match;
  const time = String(request.headers['x-amz-date']);
  const isFresh =
    Math.abs(Date.now() - Date.parse(time.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/, '$1-$2-$3T$4:$5:$6Z'))) <
    300_000;
  if (accessKeyId !== expected.accessKeyId) return { status: 400, type: 'UnrecognizedClientException' };
  if (region !== expected.region || !time.startsWith(day) || !isFresh) return refused;
  if (request.headers['x-amz-security-token'] !== expected.sessionToken)
    return { status: 400, type: 'UnrecognizedClientException' };
  const names = signedHeaders.split(';');
  const mustBeSigned = [
    'content-type',
    'host',
    'x-amz-date',
    'x-amz-target',
    ...(expected.sessionToken ? ['x-amz-security-token'] : []),
  ];
  if (mustBeSigned.some((name) => !names.includes(name)) || request.headers.host !== expected.host) return refused;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const headers = names.map((name) => `${name}:${String(request.headers[name])}\n`).join('');
  const canonical = `POST\n${request.url}\n\n${headers}\n${signedHeaders}\n${sha256(body)}`;
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${expected.secretAccessKey}`, day), region), 'kms'), 'aws4_request');
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${day}/${region}/kms/aws4_request\n${sha256(canonical)}`;
  return hmac(key, toSign).toString('hex') === signature ? undefined : refused;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
