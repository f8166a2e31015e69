import type { KeyObject } from 'node:crypto';
import { pointsEarned } from '@loyalnest/contracts/events';
import type { StreamMessage } from '@loyalnest/contracts/rest/stream';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { Database } from '@loyalnest/platform/database/database';
import type { DeliveredEvent } from '@loyalnest/platform/events/outbox';
import type { News } from '@loyalnest/platform/realtime/realtime';
import type { Admission, Stream } from '@loyalnest/platform/realtime/stream';
import { AppConfig } from '@loyalnest/platform/tokens';
import { Inject, Injectable } from '@nestjs/common';
import { historyEntry } from '../balance/history-entry.ts';
import { customerEventKey, transferTypes } from '../ledger/transfer-events.ts';
import { forShopper } from '../storefront/for-shopper.ts';
import { findTold, type ToldRow } from './stream.repository.ts';
import { streamTokenKey, verifyStreamToken, type StreamListener } from './stream-token.ts';

/** A page that stays open longer asks for a new token. A shopper's own points are no secret to who signed in an hour ago. */
const customerOpenMs = 60 * 60_000;
/** Whoever may no longer look into a shop stops hearing of it after this. */
const staffOpenMs = 15 * 60_000;

/** Transfers that one statement reads. */
const readMax = 500;
/**
 * Merchants that one statement states. Row-level security compares the list at each of several look-ups per transfer, so the
 * work grows with their product: a thousand transfers of as many merchants take 1.5 s at once, and 30 ms in parts.
 */
const merchantsMax = 50;

type Update = Omit<Extract<StreamMessage, { type: 'update' }>, 'type' | 'position'>;

/** Tells customers of every transfer of theirs, and a shop's staff of all, as they are committed. */
@Injectable()
export class PointsStream implements Stream {
  readonly path = streamPath;
  readonly types = transferTypes.map(({ type }) => type);

  private readonly key: KeyObject;

  constructor(
    @Inject(AppConfig) config: Config,
    private readonly clock: Clock,
    private readonly database: Database,
  ) {
    this.key = streamTokenKey(config.SHOPIFY_CLIENT_SECRET);
  }

  admit(token: string): Admission {
    return admissionOf(verifyStreamToken(token, { key: this.key, now: this.clock.now() }));
  }

  /** The events name the transfers; what these were, and what they left, is read for many of them at once. */
  async tell(events: readonly DeliveredEvent[]): Promise<(News | undefined)[]> {
    const told = events.map((event) => pointsEarned.schema.parse(event.payload));
    const news = new Map<string, News>();
    for (const some of inReads(told)) {
      const merchantIds = [...new Set(some.map(({ merchantId }) => merchantId))];
      const rows = await this.database.forMerchants(merchantIds, (tx) => findTold(tx, some));
      for (const row of rows) news.set(idOf(row.merchant_id, row.transfer_id), newsOf(row));
    }
    return told.map(({ merchantId, transferId }) => news.get(idOf(merchantId, transferId)));
  }
}

function idOf(merchantId: number, transferId: number): string {
  return `${merchantId}/${transferId}`;
}

function newsOf(row: ToldRow): News {
  const { customer_id: customerId, pending, available, held } = row;
  const transfer = { ...historyEntry(row), customerId };
  const balance = { customerId, pending, available, held };
  return {
    ofKey: { transfer: forShopper(transfer), balance } satisfies Update,
    ofMerchant: { transfer, balance } satisfies Update,
  };
}

/** Parts that are read with one statement each, those of one merchant together. */
function inReads<Told extends { merchantId: number }>(told: readonly Told[]): Told[][] {
  const reads: { merchants: Set<number>; part: Told[] }[] = [];
  for (const event of told.toSorted((a, b) => a.merchantId - b.merchantId)) {
    let read = reads.at(-1);
    const isFull =
      !read ||
      read.part.length === readMax ||
      (read.merchants.size === merchantsMax && !read.merchants.has(event.merchantId));
    if (!read || isFull) reads.push((read = { merchants: new Set(), part: [] }));
    read.merchants.add(event.merchantId);
    read.part.push(event);
  }
  return reads.map(({ part }) => part);
}

export const streamPath = '/api/points/stream';

function admissionOf(listener: StreamListener): Admission {
  const { merchantId } = listener;
  return listener.kind === 'customer'
    ? {
        topic: { merchantId, key: customerEventKey(listener) },
        holder: `${merchantId}/customer/${listener.customerId}`,
        openMs: customerOpenMs,
      }
    : {
        topic: { merchantId, key: null },
        holder: `${merchantId}/staff/${listener.userId}`,
        openMs: staffOpenMs,
      };
}
