import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedProxyQuery } from '../http/proxy-query.ts';
import type { Delivery, Redemption, Send } from './model.ts';
import type { Traffic } from './traffic.ts';

/** Shopify hangs up then. */
const webhookTimeoutMs = 5_000;
/** The server waits up to 5 s for an earlier try under the same key. */
const redeemTimeoutMs = 10_000;
/** While the server is away, each sender tries again this often. */
const awayPauseMs = 100;
const senderCount = 24;

export type SenderOptions = { serverUrl: string; secret: string };

/** Sends traffic from several senders at once until told to stop; what is under way then is waited for. */
export class Senders {
  readonly #options: SenderOptions;
  readonly #traffic: Traffic;
  /** Answers other than 2xx, by status. */
  readonly refused: Record<number, number> = {};
  #isStopping = false;
  #running: Promise<void>[] = [];

  constructor(options: SenderOptions, traffic: Traffic) {
    this.#options = options;
    this.#traffic = traffic;
  }

  start(): void {
    this.#isStopping = false;
    this.#running = Array.from({ length: senderCount }, () => this.#run(() => this.#traffic.next()));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#running);
  }

  /** Tells again what is open until all of it is answered. */
  async finish(untilMs: number): Promise<void> {
    this.#isStopping = false;
    const next = () => (performance.now() < untilMs ? this.#traffic.nextOpen() : undefined);
    await Promise.all(Array.from({ length: senderCount }, () => this.#run(next)));
  }

  async #run(next: () => Send | undefined): Promise<void> {
    while (!this.#isStopping) {
      const send = next();
      if (!send) return;
      const isSettled = await this.#send(send).catch(() => false);
      if (isSettled) continue;
      this.#traffic.unsettled(send);
      await sleep(awayPauseMs);
    }
  }

  /** Whether it need not be sent again. Rejects when nobody answers. */
  #send(send: Send): Promise<boolean> {
    return send.kind === 'delivery' ? this.#deliver(send.delivery) : this.#redeem(send.redemption);
  }

  async #deliver(delivery: Delivery): Promise<boolean> {
    const { serverUrl, secret } = this.#options;
    const { topic, shopDomain, webhookId, body } = delivery;
    const response = await fetch(`${serverUrl}/webhooks/shopify`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-shopify-topic': topic,
        'x-shopify-shop-domain': shopDomain,
        'x-shopify-webhook-id': webhookId,
        'x-shopify-triggered-at': new Date().toISOString(),
        'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
      },
      body,
      signal: AbortSignal.timeout(webhookTimeoutMs),
    });
    await response.arrayBuffer();
    if (response.ok) this.#traffic.delivered(delivery);
    else this.#refused(response.status);
    return response.ok;
  }

  async #redeem({ key, shopDomain, customerId, rewardId }: Redemption): Promise<boolean> {
    const { serverUrl, secret } = this.#options;
    const query = signedProxyQuery({ shopDomain, customerId, secret, at: new Date() });
    const response = await fetch(`${serverUrl}/v1/api/points/redeem?${query.toString()}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ rewardId }),
      signal: AbortSignal.timeout(redeemTimeoutMs),
    });
    const answer = (await response.json()) as { redemptionId: number; code: string };
    if (response.ok) this.#traffic.redeemed({ shopDomain, redemptionId: answer.redemptionId, code: answer.code });
    else this.#refused(response.status);
    // Too few points is an end too; an earlier try under this key that died with its process is not yet.
    return response.status < 500 && answer.code !== 'request-in-progress';
  }

  #refused(status: number): void {
    this.refused[status] = (this.refused[status] ?? 0) + 1;
  }
}
