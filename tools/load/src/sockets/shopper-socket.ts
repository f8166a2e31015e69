import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamMessage, StreamToken } from '@loyalnest/contracts/rest/stream';
import { WebSocket } from 'ws';
import { signedProxyQuery } from '../http/proxy-query.ts';
import { customerIdOf, merchantOf, shopDomainOf } from '../orders/population.ts';

/** Clients that were cut off together come back at random moments of this second, as pages do. */
const comeBackWithinMs = 1_000;
const backoffMaxMs = 4_000;

/** An update as it arrived, of the clock that all processes of the machine share. */
export type Arrival = { customer: number; transferId: number; orderId: number | null; atNs: bigint };

export type ShopperOptions = {
  customer: number;
  serverUrl: string;
  secret: string;
  /** Where it connects from: one address has ports for some 28,000 connections. */
  localAddress: string;
  random: () => number;
  onArrival: (arrival: Arrival) => void;
};

/** A page that stays open: asks for a token, connects, and comes back with its position whenever the connection breaks. */
export class ShopperSocket {
  readonly #options: ShopperOptions;
  #socket: WebSocket | undefined;
  #position: string | null = null;
  #failures = 0;
  #isClosed = false;
  /** How often it was told to read anew. */
  lost = 0;
  connections = 0;

  constructor(options: ShopperOptions) {
    this.#options = options;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined;
  }

  /** Resolves when it is welcomed for the first time. */
  async open(): Promise<void> {
    while (!this.#isClosed) {
      try {
        await this.#connect();
        return;
      } catch {
        this.#failures += 1;
        await sleep(this.#options.random() * Math.min(backoffMaxMs, comeBackWithinMs * 2 ** (this.#failures - 1)));
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.terminate();
  }

  async #connect(): Promise<void> {
    const { url, token } = await this.#askForToken();
    const { localAddress } = this.#options;
    const socket = new WebSocket(url, { perMessageDeflate: false, localAddress });
    await new Promise<void>((resolve, reject) => {
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token, after: this.#position })));
      socket.on('message', (data) => {
        this.#hear(JSON.parse((data as Buffer).toString('utf8')) as StreamMessage);
        resolve();
      });
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed')));
    });
    this.#failures = 0;
    this.connections += 1;
    this.#socket = socket;
    socket.once('close', () => void this.#comeBack());
    if (socket.readyState !== WebSocket.OPEN) void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    if (!this.#socket) return;
    this.#socket = undefined;
    if (this.#isClosed) return;
    await sleep(this.#options.random() * comeBackWithinMs);
    await this.open();
  }

  async #askForToken(): Promise<StreamToken> {
    const { customer, serverUrl, secret } = this.#options;
    const query = signedProxyQuery({
      shopDomain: shopDomainOf(merchantOf(customer)),
      customerId: customerIdOf(customer),
      secret,
      at: new Date(),
    });
    const response = await fetch(`${serverUrl}/v1/api/points/stream-token?${query.toString()}`);
    if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
    return (await response.json()) as StreamToken;
  }

  #hear(message: StreamMessage): void {
    if (message.type === 'problem') return;
    this.#position = message.position;
    if (message.type === 'lost') this.lost += 1;
    if (message.type !== 'update') return;
    const { transferId, orderId } = message.transfer;
    this.#options.onArrival({ customer: this.#options.customer, transferId, orderId, atNs: process.hrtime.bigint() });
  }
}
