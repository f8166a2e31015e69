import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseEmail, normalisePhone } from '../../src/customers/contact.ts';

describe('an e-mail address', () => {
  it.each([
    ['  Ada@Example.COM ', 'ada@example.com'],
    ['ada+shop@example.com', 'ada+shop@example.com'],
    ['ａｄａ@example.com', 'ada@example.com'],
    ['ada', undefined],
    ['a da@example.com', undefined],
    ['@example.com', undefined],
    ['', undefined],
  ])('%j is looked up as %j', (email, expected) => expect(normaliseEmail(email)).toBe(expected));

  it('is looked up by one spelling, however often it is normalised', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (email) => {
        const normal = normaliseEmail(email);
        expect(normaliseEmail(` ${email.toUpperCase()} `)).toBe(normal);
        expect(normaliseEmail(normal ?? '')).toBe(normal);
      }),
    );
  });
});

describe('a phone number', () => {
  it.each([
    ['+49 (151) 234-5678', '+491512345678'],
    ['0049 151 2345678', '+491512345678'],
    ['0151 2345678', '01512345678'],
    ['+44 20 7946 0000', '+442079460000'],
    ['12', undefined],
    ['+1234567890123456', undefined],
    ['call me', undefined],
  ])('%j is looked up as %j', (phone, expected) => expect(normalisePhone(phone)).toBe(expected));
});
