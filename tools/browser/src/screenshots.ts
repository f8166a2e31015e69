import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { explain, UserError } from '@loyalnest/dev/errors';
import { findHome, root } from '@loyalnest/dev/instance';
import { parseOptions } from '@loyalnest/dev/options';
import type { Browser } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { findDemoShop, type DemoShop } from './pictures/demo-shop.ts';
import { takeDocumentPictures } from './pictures/documents.ts';
import { scenes, type Scene } from './pictures/scenes.ts';
import { takeWhole } from './pictures/whole-page.ts';
import { windowFor } from './pictures/window.ts';

const widths = [1280, 360];
const locales = ['en', 'ar'];

/** Every page at two widths and in two directions, for people to look at; or the few pictures of the documents. */
async function main(args: string[]): Promise<void> {
  const { out, only, docs } = parseOptions(args, { out: 'string', only: 'string', docs: 'boolean' }).values;
  const chosen = scenes.filter(({ name }) => only === undefined || name.startsWith(only));
  if (chosen.length === 0) throw new UserError(`no page begins with "${only}": ${names(scenes)}`, 2);
  const demo = await findDemoShop(process.env);
  const browser = await launchChromium();
  try {
    if (docs) return await takeDocumentPictures(browser, { demo, folder: join(root, 'docs/pictures') });
    const folder = resolve(out ?? join(process.env['LOYALNEST_HOME'] ?? findHome(), 'screenshots'));
    mkdirSync(folder, { recursive: true });
    for (const locale of locales) {
      for (const width of widths) await takeAll(browser, { demo, folder, chosen, locale, width });
    }
    process.stdout.write(`${chosen.length * widths.length * locales.length} pictures in ${folder}\n`);
  } finally {
    await browser.close();
  }
}

type Series = { demo: DemoShop; folder: string; chosen: readonly Scene[]; locale: string; width: number };

async function takeAll(browser: Browser, { demo, folder, chosen, locale, width }: Series): Promise<void> {
  for (const scene of chosen) {
    // Nobody's cookies, and the locale that the scene asks for.
    const context = await browser.newContext(windowFor({ width, height: 800 }, locale));
    const page = await context.newPage();
    await scene.show(page, { demo, locale });
    const file = `${scene.name}.${locale}.${width}.png`;
    writeFileSync(join(folder, file), await takeWhole(page));
    process.stdout.write(`${file}\n`);
    await context.close();
  }
}

function names(list: readonly Scene[]): string {
  return list.map(({ name }) => name).join(', ');
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const explained = explain(error, findHome());
  if (!(explained instanceof UserError)) throw explained;
  process.stderr.write(`dev.sh: ${explained.message}\n`);
  process.exitCode = explained.exitCode;
}
