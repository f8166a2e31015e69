import { createReadStream } from 'node:fs';

/** A longer line is no row of orders, and might be a file without line ends. */
const lineLengthMax = 65_536;

export type Line = { number: number; text: string };

/** The lines of a text file, from 1, as they are read: files may be larger than memory. Throws `LineTooLong`. */
export async function* readLines(path: string): AsyncGenerator<Line[]> {
  const stream = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 });
  let rest = '';
  let number = 0;
  const toLine = (text: string): Line => {
    number += 1;
    const start = number === 1 && text.startsWith('\uFEFF') ? 1 : 0;
    if (text.length > lineLengthMax) throw new LineTooLong(number);
    return { number, text: text.slice(start, text.endsWith('\r') ? -1 : undefined) };
  };
  for await (const chunk of stream) {
    const texts = (rest + String(chunk)).split('\n');
    rest = texts.pop() ?? '';
    yield texts.map(toLine);
    if (rest.length > lineLengthMax) throw new LineTooLong(number + 1);
  }
  if (rest !== '') yield [toLine(rest)];
}

export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
  readonly line: number;

  constructor(line: number) {
    super(`the line is longer than ${lineLengthMax} characters`);
    this.line = line;
  }
}

/** The fields of one line; `undefined` when its quotes do not match. A quoted field may hold commas and doubled quotes. */
export function splitFields(text: string): string[] | undefined {
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(?:,|$)/y;
  while (field.lastIndex <= text.length) {
    const match = field.exec(text);
    if (!match) return undefined;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (!match[0].endsWith(',')) return field.lastIndex >= text.length ? fields : undefined;
    if (field.lastIndex === text.length) return [...fields, ''];
  }
  return fields;
}
