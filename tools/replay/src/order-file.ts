import { LineTooLong, readLines, splitFields, type Line } from './csv.ts';
import { readHeader, readRow, type Fault, type Header, type Row } from './row.ts';

/** A file that cannot be replayed, and the line that says why. */
export class BadFile extends Error {
  override readonly name = 'BadFile';

  constructor({ line, problem }: Fault) {
    super(`line ${line}: ${problem}`);
  }
}

/** The rows of an order file, many at a time. Throws `BadFile` at the first line that is wrong. Empty lines are skipped. */
export async function* readRows(path: string): AsyncGenerator<Row[]> {
  let header: Header | undefined;
  try {
    for await (const lines of readLines(path)) {
      const [first] = lines;
      let body = lines;
      if (!header && first) {
        header = headerOf(first);
        body = lines.slice(1);
      }
      if (header) yield rowsOf(body, header);
    }
  } catch (error) {
    if (error instanceof LineTooLong) throw new BadFile({ line: error.line, problem: error.message });
    throw error;
  }
  if (!header) throw new BadFile({ line: 1, problem: 'the file is empty' });
}

function headerOf({ number, text }: Line): Header {
  const header = readHeader(splitFields(text) ?? []);
  if ('problem' in header) throw new BadFile({ line: number, problem: header.problem });
  return header;
}

function rowsOf(lines: readonly Line[], header: Header): Row[] {
  const rows: Row[] = [];
  for (const { number, text } of lines) {
    if (text.trim() === '') continue;
    const fields = splitFields(text);
    const row = fields ? readRow(fields, number, header) : { line: number, problem: 'the quotes do not match' };
    if ('problem' in row) throw new BadFile(row);
    rows.push(row);
  }
  return rows;
}
