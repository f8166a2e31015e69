import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Delivery } from './delivery.ts';

/** Shopify's limits: one second to connect, five in all. */
const CONNECT_MS = 1_000;
const TOTAL_MS = 5_000;

export type Outcome = { status: number | undefined; error: string | undefined };
export type Sender = { send(delivery: Delivery, corrupt: boolean): Promise<Outcome>; close(): void };

export function createSender(options: { secret: string; concurrency: number }): Sender {
  const agentOptions = { keepAlive: true, maxSockets: options.concurrency, scheduling: 'lifo' } as const;
  const http = new HttpAgent(agentOptions);
  const https = new HttpsAgent(agentOptions);
  const targets = new Map<string, RequestOptions & { secure: boolean }>();

  const targetOf = (uri: string) => {
    const known = targets.get(uri);
    if (known) return known;
    const url = new URL(uri);
    const secure = url.protocol === 'https:';
    const target = {
      secure,
      agent: secure ? https : http,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port || (secure ? 443 : 80),
      path: `${url.pathname}${url.search}`,
    };
    targets.set(uri, target);
    return target;
  };

  return {
    send(delivery, corrupt) {
      const signed = Buffer.from(delivery.body());
      const signature = createHmac('sha256', options.secret).update(signed).digest('base64');
      const body = corrupt ? alter(signed) : signed;
      const target = targetOf(delivery.uri);
      return new Promise<Outcome>((resolve) => {
        const request = (target.secure ? httpsRequest : httpRequest)({
          ...target,
          method: 'POST',
          headers: headersOf(delivery, signature, body.length),
        });
        let connectTimer: NodeJS.Timeout | undefined;
        const totalTimer = setTimeout(() => request.destroy(new Error('no answer within 5 seconds')), TOTAL_MS);
        const finish = (outcome: Outcome) => {
          clearTimeout(totalTimer);
          clearTimeout(connectTimer);
          resolve(outcome);
        };
        request.on('socket', (socket) => {
          if (!socket.connecting) return;
          connectTimer = setTimeout(() => request.destroy(new Error('no connection within 1 second')), CONNECT_MS);
          socket.once('connect', () => clearTimeout(connectTimer));
        });
        request.on('error', (error) => finish({ status: undefined, error: error.message || 'connection failed' }));
        request.on('response', (response) => {
          response.on('error', (error) => finish({ status: undefined, error: error.message }));
          response.on('end', () => finish({ status: response.statusCode, error: undefined }));
          response.resume();
        });
        request.end(body);
      });
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

function headersOf(delivery: Delivery, signature: string, length: number) {
  return {
    'Content-Type': 'application/json',
    'Content-Length': length,
    Accept: '*/*',
    'User-Agent': 'Shopify-Captain-Hook',
    'X-Shopify-Topic': delivery.topic,
    'X-Shopify-Hmac-Sha256': signature,
    'X-Shopify-Shop-Domain': delivery.shop,
    'X-Shopify-API-Version': delivery.apiVersion,
    'X-Shopify-Webhook-Id': delivery.webhookId,
    'X-Shopify-Event-Id': delivery.eventId,
    'X-Shopify-Triggered-At': new Date(delivery.triggeredAt).toISOString(),
  };
}

/** Changes one digit or letter in the middle: still JSON as a rule, but no longer what was signed. */
function alter(body: Buffer): Buffer {
  const altered = Buffer.from(body);
  for (let index = altered.length >> 1; index < altered.length; index++) {
    const byte = altered[index] ?? 0;
    if (byte >= 0x30 && byte <= 0x38) {
      altered[index] = byte + 1;
      return altered;
    }
  }
  altered[altered.length - 1] = 0x20;
  return altered;
}
