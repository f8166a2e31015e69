import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { readAppEmbed } from '../src/theme/app-embed.ts';
import { CLIENT_ID, startBench, type Bench } from './harness.ts';

const QUERY = `{ themes(first: 1, roles: [MAIN]) { nodes { role files(filenames: ["config/settings_data.json"], first: 1) {
  nodes { filename body { ... on OnlineStoreThemeFileBodyText { content } } } } } } }`;

/** The blocks of the main theme's settings, which are JSON below a comment. */
async function blocksOf(bench: Bench): Promise<{ type: string; disabled: boolean }[]> {
  const { data } = await bench.graphql(QUERY);
  const [theme] = data.themes.nodes;
  expect(theme.role).toBe('MAIN');
  const { content } = theme.files.nodes[0].body;
  expect(() => JSON.parse(content)).toThrow();
  return Object.values(JSON.parse(content.replace(/^\/\*.*?\*\//s, '')).current.blocks ?? {});
}

describe("the theme's settings", () => {
  it('name the app embed once it was switched on, and say when it is off again', async () => {
    const bench = await startBench({ shop: { embed: false } });
    expect(await blocksOf(bench)).toEqual([]);
    const block = {
      type: expect.stringMatching(
        /^shopify:\/\/apps\/loyalnest\/blocks\/launcher\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      ),
      settings: {},
    };
    await bench.done('PUT', '/shops/demo/embed', { enabled: true });
    expect(await blocksOf(bench)).toEqual([{ ...block, disabled: false }]);
    await runCli(['theme-block', 'off'], bench.simulator.url);
    expect(await blocksOf(bench)).toEqual([{ ...block, disabled: true }]);
    await runCli(['theme-block', 'on'], bench.simulator.url);
    expect(await blocksOf(bench)).toEqual([{ ...block, disabled: false }]);
  });

  it('are read by apps that may read themes, and by no others', async () => {
    const bench = await startBench();
    await bench.done('POST', '/shops/demo/install', { open: false, scopes: ['read_products'] });
    const { data, errors } = await bench.graphql(QUERY);
    expect(data).toEqual({ themes: null });
    expect(errors[0]).toMatchObject({
      message: 'Access denied for themes field. Required access: `read_themes` access scope.',
      extensions: { code: 'ACCESS_DENIED' },
    });
  });

  it.each([
    ['another file', 'filenames: ["layout/theme.liquid"]', 'OnlineStoreTheme.files "layout/theme.liquid"'],
    ['all files', 'first: 5', 'OnlineStoreTheme.files "all"'],
  ])('are all that is simulated of a theme: %s is not', async (_what, args, field) => {
    const bench = await startBench();
    const { errors } = await bench.graphql(`{ themes(first: 1) { nodes { files(${args}) { nodes { filename } } } } }`);
    expect(errors[0].extensions).toEqual({ code: 'NOT_SIMULATED', field });
  });
});

describe('the theme editor', () => {
  const editor = '/store/demo/themes/current/editor';
  const open = (bench: Bench, query: string) =>
    bench.shopify(`${editor}?context=apps${query}`).then((page) => page.text());

  it('switches the block of a deep link on when it is saved, and not before', async () => {
    const bench = await startBench({ shop: { embed: false } });
    expect(await open(bench, '')).not.toContain('checked');
    expect(await open(bench, `&activateAppId=${CLIENT_ID}/launcher`)).toContain('checked');
    expect(await blocksOf(bench)).toEqual([]);
    const save = (body: string) =>
      bench.shopify(editor, { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    expect((await save('enabled=on')).status).toBe(303);
    expect(await blocksOf(bench)).toMatchObject([{ disabled: false }]);
    expect(await open(bench, '')).toContain('checked');
    await save('');
    expect(await blocksOf(bench)).toMatchObject([{ disabled: true }]);
  });

  it('knows no other blocks', async () => {
    const bench = await startBench();
    expect(await open(bench, `&activateAppId=${CLIENT_ID}/other`)).toContain('App embed does not exist');
  });
});

describe('a theme extension', () => {
  const good = '<b></b>{% schema %}{ "name": "t:a.b", "target": "body" }{% endschema %}';

  function extension(liquid: string, locales: Record<string, unknown> = { en: { a: { b: 'Block' } } }): string {
    const folder = mkdtempSync(join(tmpdir(), 'theme-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(folder, 'extensions/one', path)), { recursive: true });
      writeFileSync(join(folder, 'extensions/one', path), text);
    };
    write('shopify.extension.toml', 'name = "One"\ntype = "theme"\n');
    write('blocks/block.liquid', liquid);
    for (const [tag, texts] of Object.entries(locales)) write(`locales/${tag}.schema.json`, JSON.stringify(texts));
    return join(folder, 'shopify.app.toml');
  }

  it('gives its block and what that shows', () => {
    expect(readAppEmbed(extension(`{% comment %}why{% endcomment %}${good}`))).toEqual({
      block: 'block',
      html: '<b></b>',
    });
  });

  it.each([
    ['Liquid that is not simulated', `{{ shop.name }}${good}`, undefined, 'does not play {{ shop.name }}'],
    ['no schema', '<b></b>', undefined, 'needs one {% schema %}'],
    ['a schema that is no JSON', '{% schema %}{,}{% endschema %}', undefined, 'schema: '],
    ['another target', good.replace('"body"', '"section"'), undefined, 'target section'],
    ['a setting nobody reads', good.replace('"body"', '"body", "limit": 1'), undefined, 'schema: '],
    ['a language without a text', good, { en: { a: { b: 'Block' } }, de: { a: {} } }, 'de.schema.json has no t:a.b'],
    ['a name too long', good, { en: { a: { b: 'A block with a very long name' } } }, 'more than 25 characters'],
  ])('with %s stops the start', (_what, liquid, locales, message) => {
    expect(() => readAppEmbed(extension(liquid, locales))).toThrow(message);
  });
});
