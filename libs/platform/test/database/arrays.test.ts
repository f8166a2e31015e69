import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jsonArray, textArray } from '../../src/database/arrays.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});
afterAll(() => databases.close());

async function backFrom(type: string, literal: string): Promise<unknown[]> {
  const { rows } = await databases.owner.query<{ value: unknown }>(
    `select value from unnest($1::${type}[]) with ordinality as given (value, nth) order by nth`,
    [literal],
  );
  return rows.map(({ value }) => value);
}

const nasty = [
  '',
  'null',
  '"',
  '\\',
  '\\"',
  '\\\\n',
  '\n\t\r\b\f\u0001\u001f\u007f',
  '{}',
  'a,b',
  ' a ',
  'é漢字🎁',
  '\u2028',
];

it('brings texts to PostgreSQL as they are', async () => {
  expect(await backFrom('text', textArray([...nasty, null]))).toEqual([...nasty, null]);
  expect(await backFrom('text', textArray([]))).toEqual([]);
});

it('brings JSON to PostgreSQL as it is, whatever is in it', async () => {
  const values = [...nasty, { [nasty.join('')]: [nasty, { deep: nasty }] }, 0, -1.5, true, [], {}];
  expect(await backFrom('jsonb', jsonArray([...values, null, undefined]))).toEqual([...values, null, null]);
  const texts = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  const anything = fc.array(fc.oneof(texts, fc.integer(), fc.dictionary(texts, fc.array(texts)), fc.boolean()));
  await fc.assert(
    fc.asyncProperty(anything, async (some) => {
      expect(await backFrom('jsonb', jsonArray(some))).toEqual(some);
    }),
    { numRuns: 50 },
  );
});
