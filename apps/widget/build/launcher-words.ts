import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'vite';

const name = 'virtual:launcher-words';
const keys = ['launcher.open', 'launcher.failed'];

/**
 * The few words the launcher says before the panel is there, taken from every language's file: the loader must not ask for
 * more than itself, and nobody should have to translate a word in two places.
 */
export function launcherWords(localesFolder: string): Plugin {
  return {
    name: 'launcher-words',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      const words = readdirSync(localesFolder).map((file) => {
        const path = join(localesFolder, file);
        this.addWatchFile(path);
        const texts = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, string>>;
        const found = keys.map((key) => texts[key.split('.')[0] ?? '']?.[key.split('.')[1] ?? '']);
        if (found.includes(undefined)) this.error(`${file} lacks ${keys.join(' or ')}.`);
        return [basename(file, '.json'), found];
      });
      return `export default ${JSON.stringify(Object.fromEntries(words))}`;
    },
  };
}
