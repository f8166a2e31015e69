/** An answer for people: one fact per line, lists as tables of their first few facts. */
export function readable(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return String(answer);
  return Object.entries(answer)
    .map(([name, value]) => (isTable(value) ? `${name}\n${table(value)}` : `${name}: ${short(value)}`))
    .join('\n');
}

type Entry = Record<string, unknown>;

const COLUMNS_MAX = 7;
const CELL_MAX = 44;

function isTable(value: unknown): value is Entry[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'object' && item !== null);
}

function table(rows: Entry[]): string {
  const simple = (name: string) => rows.every((row) => typeof row[name] !== 'object' || row[name] === null);
  const columns = Object.keys(rows[0] ?? {})
    .filter(simple)
    .slice(0, COLUMNS_MAX);
  const cells = [columns, ...rows.map((row) => columns.map((name) => short(row[name])))];
  const widths = columns.map((_name, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0)));
  return cells
    .map((row) => `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

function short(value: unknown): string {
  if (value === null || value === undefined) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > CELL_MAX * 4 ? `${text.slice(0, CELL_MAX * 4)}…` : text;
}
