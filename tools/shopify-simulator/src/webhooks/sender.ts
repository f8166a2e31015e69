import { createHmac } from 'node:crypto';
import { Agent, type Dispatcher } from 'undici';
import type { Delivery } from './delivery.ts';

/** Shopify's limits: one second to connect, five in all. */
const CONNECT_MS = 1_000;
const TOTAL_MS = 5_000;
/** Kept open for the next webhook. */
const KEEP_ALIVE_MS = 4_000;

export type Outcome = { status: number | undefined; error: string | undefined };
export type Sender = { send(delivery: Delivery, corrupt: boolean): Promise<Outcome>; close(): void };

export function createSender(options: { secret: string; concurrency: number }): Sender {
  const agent = new Agent({
    connections: options.concurrency,
    pipelining: 1,
    connect: { timeout: CONNECT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The whole exchange has one limit, below.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const targets = new Map<string, { origin: string; path: string }>();

  const targetOf = (uri: string) => {
    const known = targets.get(uri);
    if (known) return known;
    const { origin, pathname, search } = new URL(uri);
    const target = { origin, path: `${pathname}${search}` };
    targets.set(uri, target);
    return target;
  };

  return {
    send(delivery, corrupt) {
      const signed = Buffer.from(delivery.body());
      const signature = createHmac('sha256', options.secret).update(signed).digest('base64');
      const body = corrupt ? alter(signed) : signed;
      const request = {
        ...targetOf(delivery.uri),
        method: 'POST' as const,
        headers: headersOf(delivery, signature),
        body,
      };
      return new Promise<Outcome>((resolve) => agent.dispatch(request, receive(resolve)));
    },
    close: () => void agent.destroy(),
  };
}

/** Waits for the end of the answer, but not longer than Shopify does. */
function receive(resolve: (outcome: Outcome) => void): Dispatcher.DispatchHandler {
  let status: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const finish = (error: string | undefined) => {
    clearTimeout(timer);
    resolve(error === undefined ? { status, error } : { status: undefined, error });
  };
  return {
    onRequestStart(controller) {
      timer ??= setTimeout(() => controller.abort(new Error('no answer within 5 seconds')), TOTAL_MS);
    },
    onResponseStart(_controller, statusCode) {
      status = statusCode;
    },
    onResponseData() {},
    onResponseEnd: () => finish(undefined),
    onResponseError: (_controller, error) => finish(error.message || 'the connection failed'),
  };
}

function headersOf(delivery: Delivery, signature: string): Record<string, string> {
  return {
    'Content-Type': 'application/json',
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
