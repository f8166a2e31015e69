import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { inSpan } from '@loyalnest/platform/telemetry/tracing';

export type ShopAnswer = { status: number; headers: IncomingHttpHeaders; body: string };

export type ShopRequest = {
  shopDomain: string;
  path: string;
  headers?: Record<string, string>;
  body: string;
  /** From the first byte to the last, connecting included. */
  timeoutMs: number;
};

/** No answer came, or not all of it. Whether Shopify acted on the request is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Pages of 250 objects with nested lists stay well below; an answer without end is cut here. */
const answerBytesMax = 16 * 1024 * 1024;
/** Shopify limits by cost, not by connections; this only keeps a burst from opening hundreds. */
const socketsMax = 64;

/**
 * HTTP to a shop's own address, or to a gateway that stands in for it. Node's `fetch` cannot do the latter: it overwrites
 * the Host header, by which the gateway tells shops apart.
 */
export class ShopHttp {
  readonly #gateway: URL | undefined;
  readonly #agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: socketsMax }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: socketsMax }),
  };

  constructor(gatewayUrl?: string) {
    this.#gateway = gatewayUrl === undefined ? undefined : new URL(gatewayUrl);
  }

  /** Posts JSON. Throws `NoAnswer`; any whole answer is returned, whatever its status. */
  post(request: ShopRequest): Promise<ShopAnswer> {
    const { shopDomain, path, headers } = request;
    const attributes = { 'http.request.method': 'POST', 'url.path': path, shop_domain: shopDomain };
    return inSpan({ name: 'POST to Shopify', kind: 'client', attributes }, async (span) => {
      if (!span) return this.#post(request);
      const answer = await this.#post({ ...request, headers: { ...headers, traceparent: span.traceparent } });
      span.set('http.response.status_code', answer.status);
      return answer;
    });
  }

  #post({ shopDomain, path, headers, body, timeoutMs }: ShopRequest): Promise<ShopAnswer> {
    const isPlain = this.#gateway?.protocol === 'http:';
    const options: RequestOptions = {
      ...this.#target(shopDomain),
      agent: isPlain ? this.#agents.http : this.#agents.https,
      method: 'POST',
      path,
      headers: {
        ...headers,
        host: shopDomain,
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    };
    return new Promise((resolve, reject) => {
      const request = (isPlain ? httpRequest : httpsRequest)(options);
      const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
      const fail = (cause: unknown): void => {
        clearTimeout(timer);
        request.destroy();
        reject(new NoAnswer(`no answer from ${shopDomain}`, { cause }));
      };
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('error', fail);
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > answerBytesMax) fail(new Error('the answer is too large'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          clearTimeout(timer);
          const { statusCode: status = 0, headers: received } = response;
          resolve({ status, headers: received, body: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.end(body);
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #target(shopDomain: string): RequestOptions & { servername?: string } {
    if (!this.#gateway) return { host: shopDomain };
    const host = this.#gateway.hostname.replace(/^\[|\]$/g, '');
    // A certificate is the gateway's, although the Host header is the shop's.
    return { host, servername: host, ...(this.#gateway.port === '' ? {} : { port: this.#gateway.port }) };
  }
}
