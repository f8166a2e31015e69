import { keysInSource } from './i18n-source.ts';

export type Texts = { readonly [key: string]: string | Texts };
export type Source = { path: string; text: string };

export type TextsToCheck = {
  /** The texts per language, as their files hold them. All others are measured by English. */
  texts: Readonly<Record<string, Texts>>;
  /** Languages that have to be complete. */
  languages: readonly string[];
  sources: readonly Source[];
  /** Keys that the code puts together: `problems.*` with every value that the star stands for. */
  dynamic?: Readonly<Record<string, readonly string[]>>;
  /** Texts that are the same as in English, by `language:key`, or by key for every language, each with the reason. */
  sameAsEnglish?: Readonly<Record<string, string>>;
};

export type FindingKind =
  'missing' | 'unknown-key' | 'unused' | 'untranslated' | 'malformed' | 'undeclared-dynamic-key' | 'needless-exception';
export type Finding = { kind: FindingKind; language: string; key: string; message: string };

/** Everything that is wrong with an app's texts, in an order that stays. */
export function checkTexts(input: TextsToCheck): Finding[] {
  const english = flatten(input.texts['en'] ?? {});
  const findings = [...checkSources(input, english), ...checkEnglish(english)];
  const exceptions = new Set(Object.keys(input.sameAsEnglish ?? {}));
  for (const language of input.languages) {
    if (language === 'en') continue;
    const texts = flatten(input.texts[language] ?? {});
    findings.push(...checkLanguage({ language, texts, english, input, exceptions }));
  }
  for (const key of exceptions)
    findings.push(finding('needless-exception', 'en', key, 'no text needs this exception from being translated'));
  return findings;
}

/** One line per finding, for a test to show. */
export function describeFindings(findings: readonly Finding[]): string[] {
  return findings.map(({ kind, language, key, message }) => `${kind} [${language}] ${key}: ${message}`);
}

type Flat = ReadonlyMap<string, string>;

function flatten(texts: Texts, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

const pluralSuffix = /_(zero|one|two|few|many|other)$/;
const baseOf = (key: string) => key.replace(pluralSuffix, '');
/** A key is plural if English has its `_other`; a name may end in `_one` without being so. */
const isPlural = (key: string, english: Flat) => pluralSuffix.test(key) && english.has(`${baseOf(key)}_other`);

function checkSources({ sources, dynamic = {} }: TextsToCheck, english: Flat): Finding[] {
  const findings: Finding[] = [];
  const known = new Set([...english.keys()].map((key) => (isPlural(key, english) ? baseOf(key) : key)));
  const roots = new Set([...english.keys()].map((key) => key.split('.')[0]));
  const used = new Set<string>();
  const patterns = new Set<string>();
  for (const { path, text } of sources) {
    const found = keysInSource(text);
    for (const literal of found.literals) if (known.has(literal)) used.add(literal);
    for (const key of found.keys) {
      used.add(key);
      if (!known.has(key)) findings.push(finding('unknown-key', 'en', key, `${path} asks for it`));
    }
    const built = found.built.filter((pattern) => roots.has(pattern.split('.')[0] ?? pattern));
    for (const pattern of new Set([...found.patterns, ...built])) {
      patterns.add(pattern);
      if (!(pattern in dynamic))
        findings.push(
          finding('undeclared-dynamic-key', 'en', pattern, `${path} puts it together; say with which values`),
        );
    }
  }
  for (const [pattern, values] of Object.entries(dynamic)) {
    if (!patterns.has(pattern))
      findings.push(finding('needless-exception', 'en', pattern, 'no source puts together such a key'));
    for (const value of values) {
      const key = pattern.replace('*', value);
      used.add(key);
      if (!known.has(key)) findings.push(finding('unknown-key', 'en', key, `declared as one of ${pattern}`));
    }
  }
  for (const key of known) if (!used.has(key)) findings.push(finding('unused', 'en', key, 'no source asks for it'));
  return findings;
}

function checkEnglish(english: Flat): Finding[] {
  const findings: Finding[] = [];
  for (const [key, text] of english) {
    const fault = faultOf(text);
    if (fault) findings.push(finding('malformed', 'en', key, fault));
    if (isPlural(key, english)) findings.push(...checkForms('en', key, english, english));
  }
  return findings;
}

function checkLanguage({
  language,
  texts,
  english,
  input,
  exceptions,
}: {
  language: string;
  texts: Flat;
  english: Flat;
  input: TextsToCheck;
  exceptions: Set<string>;
}): Finding[] {
  const findings: Finding[] = [];
  for (const key of english.keys()) {
    if (isPlural(key, english)) findings.push(...checkForms(language, key, english, texts));
    else if (!texts.has(key)) findings.push(finding('missing', language, key, 'English has it'));
  }
  for (const [key, text] of texts) {
    const original = originalOf(key, english);
    if (original === undefined) {
      findings.push(finding('unknown-key', language, key, 'English does not have it'));
      continue;
    }
    const fault = faultOf(text) ?? differenceOf({ key, text, original, isForm: isPlural(key, english) });
    if (fault) findings.push(finding('malformed', language, key, fault));
    if (text !== original || !/\p{L}/u.test(withoutPlaceholders(text))) continue;
    const names = [key, `${language}:${key}`].filter((name) => name in (input.sameAsEnglish ?? {}));
    for (const name of names) exceptions.delete(name);
    if (names.length === 0) findings.push(finding('untranslated', language, key, `still "${text}"`));
  }
  return findings;
}

/** English has fewer plural forms than others: those it lacks are measured by its `other`. */
function originalOf(key: string, english: Flat): string | undefined {
  const own = english.get(key);
  return own ?? (isPlural(key, english) ? english.get(`${baseOf(key)}_other`) : undefined);
}

/** Called once per English form; reports at `_other`, which every language has. */
function checkForms(language: string, key: string, english: Flat, texts: Flat): Finding[] {
  if (!key.endsWith('_other')) return [];
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  const base = baseOf(key);
  const absent = pluralCategories.filter((category) => !texts.has(`${base}_${category}`));
  const needless = [...texts.keys()].filter(
    (other) =>
      baseOf(other) === base &&
      isPlural(other, english) &&
      !pluralCategories.some((category) => other === `${base}_${category}`),
  );
  return [
    ...absent.map((category) => finding('missing', language, `${base}_${category}`, 'a plural form of this language')),
    ...needless.map((other) => finding('unknown-key', language, other, 'not a plural form of this language')),
  ];
}

const placeholder = /\{\{\s*-?\s*([\w.]+)\s*(?:,[^{}]*)?\}\}/g;
const tag = /<(\/?)([a-z0-9]+)\s*(\/?)>/gi;

const withoutPlaceholders = (text: string) => text.replaceAll(placeholder, '').replaceAll(tag, '');
const placeholdersOf = (text: string) => new Set([...text.matchAll(placeholder)].map(([, name]) => name ?? ''));
const tagsOf = (text: string) => [...text.matchAll(tag)].filter(([, close]) => !close).map(([, , name]) => name ?? '');

/** What is wrong with a text by itself. */
function faultOf(text: string): string | undefined {
  if (text.trim() === '') return 'empty';
  if (text !== text.trim()) return 'begins or ends with a blank';
  if (/[{}]/.test(text.replaceAll(placeholder, ''))) return 'a brace that belongs to no placeholder';
  const open: string[] = [];
  for (const [, close, name = '', isEmpty] of text.matchAll(tag)) {
    if (isEmpty) continue;
    if (!close) open.push(name);
    else if (open.pop() !== name) return `</${name}> closes nothing`;
  }
  return open.length > 0 ? `<${open.join('><')}> is not closed` : undefined;
}

function differenceOf(compared: { key: string; text: string; original: string; isForm: boolean }): string | undefined {
  const { key, text, original, isForm } = compared;
  const [own, wanted] = [placeholdersOf(text), placeholdersOf(original)];
  const extra = [...own].filter((name) => !wanted.has(name));
  if (extra.length > 0) return `nobody fills {{${extra.join('}}, {{')}}}`;
  // "One point", "two points" need no number in some languages; `other` does.
  const mayLack = isForm && !key.endsWith('_other') ? ['count', 'number'] : [];
  const lacking = [...wanted].filter((name) => !own.has(name) && !mayLack.includes(name));
  if (lacking.length > 0) return `lacks {{${lacking.join('}}, {{')}}}`;
  const [ownTags, wantedTags] = [tagsOf(text).sort().join(), tagsOf(original).sort().join()];
  return ownTags === wantedTags ? undefined : `has the tags "${ownTags}", English "${wantedTags}"`;
}

function finding(kind: FindingKind, language: string, key: string, message: string): Finding {
  return { kind, language, key, message };
}
