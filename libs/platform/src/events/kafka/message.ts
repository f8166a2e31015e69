import type { Message, MessageToProduce } from '@platformatic/kafka';
import { z } from 'zod';
import type { DeliveredEvent } from '../outbox.ts';

export type OutgoingMessage = MessageToProduce<string, Buffer, string, string>;
export type IncomingMessage = Message<string, Buffer, string, string>;

const typeHeader = 'event-type';

const headersSchema = z.object({
  'event-id': z.coerce.number().int().positive(),
  'event-source': z.string().min(1),
  [typeHeader]: z.string().min(1),
  'merchant-id': z.coerce.number().int(),
  'occurred-at': z.coerce.date(),
  // What it is a part of, if that was traced (W3C Trace Context).
  traceparent: z.string().optional(),
});

/** An event on its way. Events of one merchant's key have one key here too, and so one partition, which keeps their order. */
export function toMessage(topic: string, event: DeliveredEvent): OutgoingMessage {
  return {
    topic,
    key: `${event.merchantId}/${event.key}`,
    value: Buffer.from(JSON.stringify(event.payload)),
    headers: {
      'event-id': String(event.id),
      'event-source': event.source,
      [typeHeader]: event.type,
      'merchant-id': String(event.merchantId),
      'occurred-at': event.occurredAt.toISOString(),
      ...(event.trace === undefined ? {} : { traceparent: event.trace }),
    },
  };
}

export type ReadMessage =
  | { outcome: 'event'; event: DeliveredEvent }
  | { outcome: 'not-wanted' }
  /** Nothing that a relay of ours wrote. */
  | { outcome: 'unreadable'; reason: string };

export function readMessage(message: IncomingMessage, wanted: ReadonlySet<string>): ReadMessage {
  const type = message.headers.get(typeHeader);
  if (type !== undefined && !wanted.has(type)) return { outcome: 'not-wanted' };
  const parsed = headersSchema.safeParse(Object.fromEntries(message.headers));
  if (!parsed.success) return { outcome: 'unreadable', reason: z.prettifyError(parsed.error) };
  const headers = parsed.data;
  const prefix = `${headers['merchant-id']}/`;
  if (!message.key?.startsWith(prefix)) return { outcome: 'unreadable', reason: 'the key is not of the merchant' };
  const payload = parseJson(message.value);
  if (payload === undefined) return { outcome: 'unreadable', reason: 'the value is not JSON' };
  return {
    outcome: 'event',
    event: {
      source: headers['event-source'],
      id: headers['event-id'],
      merchantId: headers['merchant-id'],
      key: message.key.slice(prefix.length),
      type: headers[typeHeader],
      payload,
      occurredAt: headers['occurred-at'],
      ...(headers.traceparent === undefined ? {} : { trace: headers.traceparent }),
    },
  };
}

function parseJson(value: Buffer | undefined): unknown {
  try {
    return value === undefined ? undefined : (JSON.parse(value.toString()) as unknown);
  } catch {
    return undefined;
  }
}
