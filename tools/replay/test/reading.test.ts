import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, describe, onTestFinished } from 'vitest';
import { splitFields } from '../src/csv.ts';
import { readOptions } from '../src/options.ts';
import { readRows } from '../src/order-file.ts';
import type { Row } from '../src/row.ts';
import { surveyFile } from '../src/survey.ts';

const header = 'kind,order_id,customer_id,at,currency,amount,quantity';
const order = 'order,1,ann,2026-01-05T09:12:00Z,EUR,100.00,4';

function aFile(...lines: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'loyalnest-replay-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'orders.csv');
  writeFileSync(file, lines.join('\n'));
  return file;
}

async function rowsOf(file: string) {
  const rows: Row[] = [];
  for await (const some of readRows(file)) rows.push(...some);
  return rows;
}

describe('a file', () => {
  it('is read line by line, whatever ends its lines and however its columns are ordered', async () => {
    const expected = [{ line: 2, kind: 'order', orderId: '1', customerId: 'ann', amountMinor: 10_000, quantity: 4 }];
    expect(await rowsOf(aFile(header, order))).toMatchObject(expected);
    expect(await rowsOf(aFile(`\uFEFF${header}\r`, `${order}\r`, ''))).toMatchObject(expected);
    const shuffled = aFile(
      'amount,quantity,kind,order_id,customer_id,at,currency',
      '100.00,4,order,1,ann,2026-01-05T09:12:00Z,EUR',
    );
    expect(await rowsOf(shuffled)).toMatchObject(expected);
    expect(
      await rowsOf(aFile(header, '', '"order","1","ann","2026-01-05T09:12:00Z","EUR","100.00","4"')),
    ).toMatchObject([{ ...expected[0], line: 3 }]);
  });

  it('larger than what is read at once is read whole', async () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `order,${index},ann,2026-01-05T09:12:00Z,EUR,1.00,1`);
    const rows = await rowsOf(aFile(header, ...lines));
    expect(rows.map(({ orderId }) => orderId)).toEqual(lines.map((_, index) => String(index)));
  });

  it.each([
    ['nothing', [''], 'line 1: the file is empty'],
    ['no header', [order], 'line 1: the header lacks kind'],
    ['a column too few', [header.replace(',quantity', ''), order], 'line 1: the header lacks quantity'],
    ['a column twice', [`${header},amount`, order], 'line 1: the header has "amount"'],
    ['a column of its own', [`${header},colour`, order], 'line 1: the header has "colour"'],
    ['a row that is too short', [header, 'order,1,ann'], 'line 2: 3 fields instead of 7'],
    ['a row that is too long', [header, `${order},x`], 'line 2: 8 fields instead of 7'],
    ['an unknown kind', [header, order, order.replace('order', 'return')], 'line 3: kind "return" is not one of'],
    ['an order without an id', [header, order.replace(',1,', ',,')], 'line 2: order_id "" is no id'],
    ['an amount in words', [header, order.replace('100.00', 'ten')], 'line 2: amount "ten" is no amount of EUR'],
    ['no amount', [header, order.replace('100.00', '')], 'line 2: amount "" is no amount of EUR'],
    ['an amount below 0', [header, order.replace('100.00', '-1.00')], 'line 2: amount "-1.00" is no amount of EUR'],
    [
      'an amount with an exponent',
      [header, order.replace('100.00', '1e2')],
      'line 2: amount "1e2" is no amount of EUR',
    ],
    ['half a cent', [header, order.replace('100.00', '1.005')], 'line 2: amount "1.005" is no amount of EUR'],
    ['half a yen', [header, order.replace('EUR,100.00', 'JPY,10.50')], 'line 2: amount "10.50" is no amount of JPY'],
    ['a currency that is none', [header, order.replace('EUR', 'XQQ')], 'line 2: currency "XQQ" is not known'],
    ['a currency in small letters', [header, order.replace('EUR', 'eur')], 'line 2: currency "eur" is not known'],
    ['a day without a time', [header, order.replace('T09:12:00Z', '')], 'line 2: at "2026-01-05" is no time'],
    ['a time without a zone', [header, order.replace('00Z', '00')], 'line 2: at "2026-01-05T09:12:00" is no time'],
    ['the 30th of February', [header, order.replace('01-05', '02-30')], 'line 2: at "2026-02-30T09:12:00Z" is no time'],
    ['25 o’clock', [header, order.replace('T09', 'T25')], 'line 2: at "2026-01-05T25:12:00Z" is no time'],
    ['half a piece', [header, order.replace(/4$/, '0.5')], 'line 2: quantity "0.5" is no number of pieces'],
    ['quotes that do not match', [header, `"${order}`], 'line 2: the quotes do not match'],
    ['a line without an end', [header, 'x'.repeat(300_000)], 'line 2: the line is longer than'],
  ])('with %s is refused, and the line is named', async (_what, lines, problem) => {
    await expect(surveyFile(aFile(...lines))).rejects.toThrow(problem);
  });

  it.each([
    ['another amount', order.replace('100.00', '99.00')],
    ['another customer', order.replace('ann', 'ben')],
    ['another time', order.replace('09:12', '09:13')],
  ])('that has an order twice with %s contradicts itself', async (_what, other) => {
    await expect(surveyFile(aFile(header, order, other))).rejects.toThrow('line 3: order 1 is already on line 2');
  });

  it('that refunds in another currency contradicts itself', async () => {
    const refund = 'refund,1,ann,2026-01-06T00:00:00Z,USD,5.00,1';
    await expect(surveyFile(aFile(header, refund, order))).rejects.toThrow('line 3: order 1 is in USD on line 2');
  });

  it('is counted by what it means: an order twice is one, guests are no customers', async () => {
    const guest = order.replace(',1,ann,', ',2,,');
    const refund = 'refund,1,ann,2026-01-06T00:00:00Z,EUR,5.00,1';
    const cancel = 'cancel,2,,2026-01-06T00:00:00Z,EUR,,';
    expect(await surveyFile(aFile(header, order, order, guest, refund, refund, cancel))).toEqual({
      rows: 6,
      orders: 2,
      refunds: 2,
      cancellations: 1,
      customers: 1,
      currency: 'EUR',
    });
  });

  it('may have no rows', async () => {
    expect(await surveyFile(aFile(header))).toMatchObject({ rows: 0, orders: 0, currency: undefined });
  });
});

it('splits quoted fields as RFC 4180 says', () => {
  expect(splitFields('a,"b,""c""",')).toEqual(['a', 'b,"c"', '']);
  expect(splitFields('"a"b,c')).toBeUndefined();
  expect(splitFields('"a')).toBeUndefined();
});

describe('options', () => {
  it('name a shop after the file unless they name one', () => {
    expect(readOptions(['/some/where/CD Now.2.csv']).shop).toBe('replay-cd-now-2.myshopify.com');
    expect(readOptions(['___.csv']).shop).toBe('replay-orders.myshopify.com');
    expect(readOptions([`${'long'.repeat(40)}.csv`]).shop).toMatch(/^[a-z0-9-]{1,60}\.myshopify\.com$/);
    expect(readOptions(['x.csv', '--shop', 'Mine']).shop).toBe('mine.myshopify.com');
    expect(readOptions(['x.csv', '--shop', 'mine.myshopify.com']).shop).toBe('mine.myshopify.com');
  });

  it('are read exactly', () => {
    expect(readOptions(['x.csv', '--rate', '250', '--duplicate', '0.2', '--reorder', '1', '--json'])).toEqual({
      file: 'x.csv',
      shop: 'replay-x.myshopify.com',
      ratePerSecond: 250,
      duplicate: 0.2,
      reorder: 1,
      format: 'json',
    });
  });

  it.each([
    [[], 'name the file'],
    [['a.csv', 'b.csv'], 'unexpected argument "b.csv"'],
    [['a.csv', '--rate', '0'], '--rate is "0"'],
    [['a.csv', '--rate', 'fast'], '--rate is "fast"'],
    [['a.csv', '--duplicate', '1.5'], '--duplicate is "1.5"'],
    [['a.csv', '--reorder='], '--reorder is ""'],
    [['a.csv', '--shop', 'not a shop'], '--shop is "not a shop"'],
    [['a.csv', '--quick'], "unknown option '--quick'"],
  ])('such as %j are refused', (args, problem) => {
    expect(() => readOptions(args)).toThrow(problem);
  });
});
