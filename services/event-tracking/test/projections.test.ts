import { eventTypes } from '@loyalnest/contracts/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectedTypes, toProductEvent } from '../src/projection/projections.ts';
import { eventIdOf } from '../src/record/product-event.ts';
import { aMerchantEvent, anEarning, anEvent } from './room.ts';

const samples = [
  { event: anEarning(7, 123), name: 'points_earned', customerId: 123, properties: { points: 25, from_order: true } },
  {
    event: anEvent('points.redeemed.v1', 7, { ...(anEarning(7, 123).payload as object), points: 500 }),
    name: 'points_redeemed',
    customerId: 123,
    properties: { points: 500 },
  },
  {
    event: anEvent('gdpr.request_submitted.v1', 7, { requestId: 3, kind: 'customer_redact' }),
    name: 'gdpr_request_submitted',
    customerId: null,
    properties: { kind: 'customer_redact' },
  },
  {
    event: aMerchantEvent('merchant.installed.v1', 7),
    name: 'merchant_installed',
    customerId: null,
    properties: { currency: 'EUR' },
  },
  {
    event: aMerchantEvent('merchant.uninstalled.v1', 7),
    name: 'merchant_uninstalled',
    customerId: null,
    properties: { currency: 'EUR' },
  },
];

describe('a projection', () => {
  it.each(samples)('of $event.type is $name', ({ event, ...expected }) => {
    expect(toProductEvent(event)).toMatchObject({ ...expected, merchantId: 7, occurredAt: event.occurredAt });
    expect(toProductEvent(event).properties).toEqual(expected.properties);
  });

  it('exists for each type that is listened to, and each of those is published', () => {
    expect([...projectedTypes].sort()).toEqual(samples.map(({ event }) => event.type).sort());
    expect(eventTypes.map(({ name }) => name)).toEqual(expect.arrayContaining([...projectedTypes]));
  });

  it('fails on a payload that breaks its contract', () => {
    expect(() => toProductEvent(anEvent('points.earned.v1', 7, { points: 'many' }))).toThrow();
  });

  it('has an id that only the source and its id decide', () => {
    const event = anEarning(7, 123);
    expect(toProductEvent({ ...event, payload: anEarning(7, 5).payload }).eventId).toBe(toProductEvent(event).eventId);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(eventIdOf('points', a)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(eventIdOf('points', a) === eventIdOf('points', b)).toBe(a === b);
      }),
    );
  });
});
