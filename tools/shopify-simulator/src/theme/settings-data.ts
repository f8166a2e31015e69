import { handleOf } from '../app-toml.ts';
import type { Shop } from '../state/entities.ts';
import { hashBelow } from '../time/ids.ts';
import type { World } from '../world.ts';

/** What Shopify writes above the JSON that the theme editor saves; it makes the file no JSON. */
const BANNER = `/*
 * ------------------------------------------------------------
 * IMPORTANT: The contents of this file are auto-generated.
 *
 * This file may be updated by the Shopify admin theme editor
 * or related systems. Please exercise caution as any changes
 * made to this file may be overwritten.
 * ------------------------------------------------------------
 */
`;

/** The published theme's `config/settings_data.json`. An embed that was never switched on is not in it at all. */
export function settingsData({ clientId, toml }: World, { embed }: Shop): string {
  const block = toml.embed && embed && { type: blockType(clientId, handleOf(toml.name), toml.embed.block) };
  const blocks = block && {
    [String(hashBelow(block.type, 2 ** 47))]: { ...block, disabled: !embed.enabled, settings: {} },
  };
  const current = { colors_accent: '#1f5c4a', ...(blocks && { blocks }) };
  return BANNER + JSON.stringify({ current, presets: { Default: { colors_accent: '#1f5c4a' } } }, null, 2);
}

/** How a theme names a block: by the app's title (not its handle) and the id that Shopify gave the extension. */
function blockType(clientId: string, app: string, block: string): string {
  const digits = Array.from({ length: 8 }, (_, part) => hashBelow(`${clientId}/theme/${part}`, 2 ** 16));
  const [a, b, c, d, e, ...rest] = digits.map((value) => value.toString(16).padStart(4, '0'));
  return `shopify://apps/${app}/blocks/${block}/${a}${b}-${c}-${d}-${e}-${rest.join('')}`;
}
