export type KeysInSource = {
  /** What `t('…')` and `i18nKey="…"` ask for. */
  keys: string[];
  /** Keys that are put together: `t(`problems.${code}`)` is `problems.*`. */
  patterns: string[];
  /** What is put together elsewhere, and may be a key or something else with dots. */
  built: string[];
  /** Every string in the source: a key may be named in a table and handed to `t` later. */
  literals: string[];
};

const call = /(?<![\w$])t\(\s*/g;
const attribute = /\bi18nKey=(?:\{\s*)?(['"`])((?:\\.|(?!\1).)*)\1/g;
const string = /(['"`])((?:\\.|(?!\1)[^\\\n])*)\1/g;

/** Reads keys by looking for calls, without a compiler: what it does not see is a key that the test calls unused. */
export function keysInSource(text: string): KeysInSource {
  const asked: string[] = [];
  for (const match of text.matchAll(call)) asked.push(...stringsOf(firstArgument(text, match.index + match[0].length)));
  for (const [, , key = ''] of text.matchAll(attribute)) asked.push(key);
  const literals = stringsOf(text);
  return {
    keys: asked.filter((key) => !key.includes('${')),
    patterns: asked.filter((key) => key.includes('${')).map(patternOf),
    // A key that is put together before it is handed over has the look of one: words with dots around `${…}`.
    built: literals.filter((literal) => /^[a-z][\w-]*\.(?:[\w.-]*)\$\{/i.test(literal)).map(patternOf),
    literals,
  };
}

function stringsOf(text: string): string[] {
  return [...text.matchAll(string)].map(([, , value = '']) => value);
}

function patternOf(template: string): string {
  return template.replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '*');
}

/** From the bracket to the comma or bracket that ends the argument; the condition of `a ? 'x' : 'y'` holds no key. */
function firstArgument(text: string, start: number): string {
  let depth = 0;
  let quote = '';
  let argumentStart = start;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote) {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (/['"`]/.test(character)) quote = character;
    else if (/[([{]/.test(character)) depth += 1;
    else if (/[)\]}]/.test(character)) {
      if (depth === 0) return text.slice(argumentStart, at);
      depth -= 1;
    } else if (character === ',' && depth === 0) return text.slice(argumentStart, at);
    else if (character === '?' && depth === 0 && /\s/.test(text.charAt(at + 1))) argumentStart = at + 1;
  }
  return text.slice(argumentStart);
}
