import type { ThemeBlock } from '@loyalnest/contracts/rest/overview';
import { z } from 'zod';

/** The block's file in `extensions/theme/blocks`, and so its name in themes and links. */
const blockName = 'loyalnest-widget';
/** `shopify://apps/{app}/blocks/{block}/{id of the extension}`; what Shopify calls the app there is no name that it tells us. */
const typePattern = new RegExp(`^shopify://apps/[^/]+/blocks/${blockName}/`);

const settingsSchema = z.object({
  blocks: z.record(z.string(), z.object({ type: z.string(), disabled: z.boolean().default(false) })).default({}),
});
const fileSchema = z.object({
  current: z.union([settingsSchema, z.string()]),
  presets: z.record(z.string(), settingsSchema).default({}),
});

/**
 * Whether the block is on in a theme, by its `config/settings_data.json`. A block that nobody ever switched on is not in it.
 * `undefined` when it cannot be read.
 */
export function readThemeBlock(content: string): Exclude<ThemeBlock['state'], 'unknown'> | undefined {
  const parsed = fileSchema.safeParse(parseJson(content));
  if (!parsed.success) return undefined;
  const { current, presets } = parsed.data;
  // A theme whose settings were never changed names one of its presets.
  const settings = typeof current === 'string' ? presets[current] : current;
  const isOn = Object.values(settings?.blocks ?? {}).some(({ type, disabled }) => !disabled && typePattern.test(type));
  return isOn ? 'on' : 'off';
}

/** Where in Shopify's admin the theme editor opens with the block switched on, ready to be saved. */
export function themeEditorPath(clientId: string): string {
  return `/themes/current/editor?context=apps&activateAppId=${encodeURIComponent(clientId)}/${blockName}`;
}

/** Shopify puts a comment above what the theme editor saves. */
function parseJson(content: string): unknown {
  try {
    return JSON.parse(content.replace(/^\s*\/\*.*?\*\//s, ''));
  } catch {
    return undefined;
  }
}
