import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConfigurationError } from '../config.ts';

/** The app embed of the app's theme extension. */
export type AppEmbed = {
  /** The block's name in deep links and in the theme's settings: that of its file. */
  block: string;
  /** What it puts at the end of every page's body. */
  html: string;
};

/** Shopify shows a longer one cut off, and refuses it. */
const NAME_MAX = 25;

const extensionToml = z.object({ type: z.string(), name: z.string().min(1) });
const schema = z.strictObject({
  name: z.string().min(1),
  target: z.enum(['section', 'head', 'compliance_head', 'body']),
  settings: z.array(z.strictObject({ type: z.enum(['paragraph', 'header']), content: z.string().min(1) })).default([]),
});

/**
 * The one app embed of `extensions/*` beside `shopify.app.toml`, which Shopify's CLI deploys with it. What the simulator does
 * not play stops its start, with the file's name.
 */
export function readAppEmbed(tomlPath: string): AppEmbed | undefined {
  const folder = join(dirname(tomlPath), 'extensions');
  const embeds = list(folder)
    .map((name) => join(folder, name))
    .filter(isTheme)
    .flatMap((extension) =>
      list(join(extension, 'blocks')).map((file) => readBlock(extension, join(extension, 'blocks', file))),
    );
  if (embeds.length > 1) throw new ConfigurationError(`${folder}: the simulator plays one app embed, not several`);
  return embeds[0];
}

function readBlock(extension: string, path: string): AppEmbed {
  const wrong = (what: string) => new ConfigurationError(`${path}: ${what}`);
  const block = /([\w-]+)\.liquid$/.exec(path)?.[1];
  if (!block) throw wrong('is no Liquid file');
  const { html, json } = render(readFileSync(path, 'utf8'), wrong);
  const parsed = schema.safeParse(parseJson(json));
  if (!parsed.success) throw wrong(`schema: ${parsed.error.issues.map(({ message }) => message).join('; ')}`);
  const { name, target, settings } = parsed.data;
  if (target !== 'body') throw wrong(`the simulator plays no block with the target ${target}`);
  const texts = [name, ...settings.map(({ content }) => content)];
  for (const [file, translations] of readTranslations(extension)) {
    const [title = ''] = texts.map((text) => {
      const translated = translate(text, translations);
      if (translated === undefined) throw wrong(`${file} has no ${text}`);
      return translated;
    });
    if (title.length > NAME_MAX) throw wrong(`${file}: the name has more than ${NAME_MAX} characters`);
  }
  return { block, html };
}

/** Of Liquid, the simulator knows comments and the schema; a block that needs more cannot be shown as Shopify would. */
function render(liquid: string, wrong: (what: string) => Error): { html: string; json: string } {
  const schemas: string[] = [];
  const html = liquid
    .replace(/\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}/gs, '')
    .replace(/\{%-?\s*#.*?%\}/gs, '')
    .replace(/\{%-?\s*schema\s*-?%\}(.*?)\{%-?\s*endschema\s*-?%\}/gs, (_all, json: string) => {
      schemas.push(json);
      return '';
    });
  const unknown = /\{[{%].*?[}%]\}/s.exec(html)?.[0];
  if (unknown) throw wrong(`the simulator does not play ${unknown}`);
  const [json] = schemas;
  if (json === undefined || schemas.length > 1) throw wrong('needs one {% schema %}');
  return { html: html.trim(), json };
}

/** What the theme editor says in each language, by file. Every file has to be complete: Shopify falls back text by text. */
function readTranslations(extension: string): [file: string, translations: unknown][] {
  const folder = join(extension, 'locales');
  return list(folder)
    .filter((name) => name.endsWith('.schema.json'))
    .map((name) => [name, parseJson(readFileSync(join(folder, name), 'utf8'))]);
}

function translate(text: string, translations: unknown): string | undefined {
  if (!text.startsWith('t:')) return text;
  const found = text
    .slice(2)
    .split('.')
    .reduce((all: unknown, key) => (all as Record<string, unknown> | undefined)?.[key], translations);
  return typeof found === 'string' ? found : undefined;
}

function isTheme(extension: string): boolean {
  const path = join(extension, 'shopify.extension.toml');
  try {
    return extensionToml.parse(parse(readFileSync(path, 'utf8'))).type === 'theme';
  } catch (cause) {
    throw new ConfigurationError(`cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
