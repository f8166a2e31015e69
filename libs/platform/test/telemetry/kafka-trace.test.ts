import { expect, it } from 'vitest';
import { readMessage, toMessage, type IncomingMessage } from '../../src/events/kafka/message.ts';
import type { DeliveredEvent } from '../../src/events/outbox.ts';

const event: DeliveredEvent = {
  ...{ source: 'points', id: 5, merchantId: 1, key: 'k', type: 'points.earned.v1', payload: { points: 3 } },
  occurredAt: new Date('2026-01-01T00:00:00.000Z'),
};
const traced = { ...event, trace: '00-11111111111111111111111111111111-1111111111111111-01' };

function received(sent: DeliveredEvent) {
  const { key, value, headers } = toMessage('points', sent);
  const message = { key, value, headers: new Map(Object.entries(headers ?? {})) } as unknown as IncomingMessage;
  return readMessage(message, new Set([event.type]));
}

it.each([event, traced])('comes out of Kafka with the trace that it went in with, or with none', (sent) => {
  expect(received(sent)).toEqual({ outcome: 'event', event: sent });
});
