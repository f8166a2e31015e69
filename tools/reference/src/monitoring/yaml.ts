/** What a configuration file is made of. */
export type Yaml = string | number | boolean | readonly Yaml[] | { readonly [key: string]: Yaml | undefined };

/** Writes YAML in block style. Texts are quoted as JSON, which YAML reads as it is; members that are absent are left out. */
export function toYaml(value: Yaml, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return value.map((item: Yaml) => `\n${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('');
  }
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).filter((member): member is [string, Yaml] => member[1] !== undefined);
  if (members.length === 0) return '{}';
  return members.map(([key, item]) => `\n${indent}${key}: ${nested(item, indent)}`).join('');
}

function nested(item: Yaml, indent: string): string {
  if (typeof item !== 'object') return JSON.stringify(item);
  return toYaml(item, `${indent}  `).replace(/^(?=[[{])/, '');
}
