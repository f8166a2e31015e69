import { expect, it } from 'vitest';
import { sampleIds } from '../src/pgbench/recording.ts';
import { orderScript, varyingArray } from '../src/pgbench/scripts.ts';

const { merchant_id, customer_id, order_id } = sampleIds;

it.each([
  [`{${order_id}}`, 'array[:order_id]'],
  [`{"order/${order_id}/earn"}`, `array['order/' || :order_id::text || '/earn']`],
  [`{"${merchant_id}/${customer_id}"}`, `array[:merchant_id::text || '/' || :customer_id::text]`],
  ['{74}', undefined],
  ['{}', undefined],
  [`{"{\\"customerId\\":${customer_id}}"}`, undefined],
  ['2026-11-22T22:47:41.887Z', undefined],
])('gives pgbench %s as %s', (value, expected) => {
  expect(varyingArray(value)).toBe(expected);
});

it('keeps the statements and gives every other parameter as recorded', () => {
  const statement = { text: 'select $1::bigint[], $2::text[]', values: [`{${order_id}}`, '{"earn"}'] };
  const { text, variables } = orderScript([statement], 5_000);
  expect(text).toContain('select array[:order_id]::bigint[], :s0p2::text[];');
  expect(variables).toEqual({ nth: '0', s0p2: '{"earn"}' });
});
