/** Says on top of a document where it comes from. */
export function generatedFrom(source: string): string {
  return `<!-- Generated from ${source} by ./dev.sh reference. -->`;
}

/** A table; bars and line breaks inside cells are taken care of. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return `\`${text}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
