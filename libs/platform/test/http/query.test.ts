import { expect, it } from 'vitest';
import { lastValues, readQuery } from '../../src/http/query.ts';

it('has every value of what is named several times, and the last one for the router', () => {
  const query = readQuery('a=1&b=x%20y&a=2');
  expect({ ...query }).toEqual({ a: ['1', '2'], b: 'x y' });
  expect({ ...lastValues(query) }).toEqual({ a: '2', b: 'x y' });
});

it('is still whole after the router took its values from it', () => {
  lastValues(readQuery('a=1&a=2'));
  expect({ ...readQuery('a=1&a=2') }).toEqual({ a: ['1', '2'] });
});

it('is never that of another text', () => {
  readQuery('shop=one');
  expect({ ...readQuery('shop=two') }).toEqual({ shop: 'two' });
  expect({ ...readQuery('') }).toEqual({});
});

it('leaves nothing out of a long one: what is not read would not be covered by a signature', () => {
  const text = Array.from({ length: 1_500 }, (_, index) => `k${index}=${index}`).join('&');
  expect(Object.keys(readQuery(text))).toHaveLength(1_500);
});
