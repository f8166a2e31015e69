import { fileURLToPath } from 'node:url';
import { ManualClock } from '@loyalnest/platform/clock';
import { createLogger } from '@loyalnest/platform/telemetry/logger';
import { AdminClient } from '@loyalnest/shopify/admin/admin-client';
import { Throttle } from '@loyalnest/shopify/admin/throttle';
import { ShopHttp } from '@loyalnest/shopify/shop-http';
import { readAppToml, startSimulator, type Simulator } from '@loyalnest/shopify-simulator';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readThemeBlock, themeEditorPath } from '../src/overview/theme-block.ts';
import { ThemeBlocks } from '../src/overview/theme-blocks.service.ts';
import { ExchangedTokens } from './exchanged-tokens.ts';

const client = { clientId: 'test-client', clientSecret: 'a-client-secret-for-tests' };
const tomlPath = fileURLToPath(new URL('../../../shopify.app.toml', import.meta.url));

let simulator: Simulator;
let http: ShopHttp;
let clock: ManualClock;
let blocks: ThemeBlocks;
let merchantId = 0;

const shopDomain = () => `shop-${merchantId}.myshopify.com`;
const state = () => blocks.state({ merchantId, shopDomain: shopDomain() });

async function control(method: string, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${simulator.url}/control/shops${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}
const inShop = (method: string, path: string, body: unknown) => control(method, `/${shopDomain()}${path}`, body);

beforeAll(async () => {
  simulator = await startSimulator({ ...client, appUrl: 'http://127.0.0.1:9', toml: readAppToml(tomlPath) });
  http = new ShopHttp(simulator.url);
});
beforeEach(async () => {
  merchantId += 1;
  clock = new ManualClock('2026-03-02T00:00:00Z');
  const tokens = new ExchangedTokens(simulator.url, client);
  const admin = new AdminClient({ tokens, http, throttle: new Throttle() });
  blocks = new ThemeBlocks(admin, clock, createLogger({ level: 'silent', service: 'points' }));
  await control('POST', '', { domain: shopDomain(), embed: false });
  await inShop('POST', '/install', { open: false });
});
afterAll(async () => {
  http.close();
  await simulator.close();
});

describe('the block in the theme', () => {
  it('is off until the merchant switches it on, and on while it is', async () => {
    expect(await state()).toBe('off');
    await inShop('PUT', '/embed', { enabled: true });
    clock.advance(5_000);
    expect(await state()).toBe('on');
    await inShop('PUT', '/embed', { enabled: false });
    clock.advance(60_000);
    expect(await state()).toBe('off');
  });

  it('is asked for once a minute while it is on, however many look', async () => {
    await inShop('PUT', '/embed', { enabled: true });
    expect(await Promise.all([state(), state(), state()])).toEqual(['on', 'on', 'on']);
    await inShop('PUT', '/embed', { enabled: false });
    clock.advance(59_999);
    expect(await state()).toBe('on');
    clock.advance(1);
    expect(await state()).toBe('off');
  });

  it('of one shop says nothing of another', async () => {
    const before = { merchantId, shopDomain: shopDomain() };
    await inShop('PUT', '/embed', { enabled: true });
    merchantId += 1;
    await control('POST', '', { domain: shopDomain(), embed: false });
    await inShop('POST', '/install', { open: false });
    expect([await blocks.state(before), await state()]).toEqual(['on', 'off']);
  });

  it('is unknown in a shop that has not granted to read themes, and known once it has', async () => {
    await inShop('PUT', '/embed', { enabled: true });
    await inShop('POST', '/install', { open: false, scopes: ['read_products'] });
    expect(await state()).toBe('unknown');
    await inShop('POST', '/install', { open: false });
    clock.advance(5_000);
    expect(await state()).toBe('on');
  });

  it('is unknown when Shopify takes longer than two seconds', async () => {
    await inShop('PUT', '/faults', { api: { slowMs: 30_000 } });
    const startedAt = performance.now();
    expect(await state()).toBe('unknown');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

describe("a theme's settings", () => {
  const type = 'shopify://apps/loyalnest/blocks/loyalnest-widget/0f2c3b1a-0000-4000-8000-000000000000';
  const other = 'shopify://apps/loyalnest/blocks/loyalnest-widget-old/0f2c3b1a-0000-4000-8000-000000000000';
  const file = (blocks: object) => JSON.stringify({ current: { color: 'red', blocks } });

  it('are opened by a link with the block switched on, which Shopify knows by the app and the name of its file', () => {
    const path = '/themes/current/editor?context=apps&activateAppId=test-client/loyalnest-widget';
    expect(themeEditorPath('test-client')).toBe(path);
  });

  it.each([
    ['on', 'with the block', file({ 1: { type, disabled: false, settings: {} } })],
    ['on', 'with the block and no word of disabling', file({ 1: { type } })],
    ['on', "below the editor's comment", `/*\n * Auto-generated, "*"\n */\n${file({ 1: { type } })}`],
    ['on', 'with the block twice, one of them off', file({ 1: { type, disabled: true }, 2: { type } })],
    ['on', 'of a preset', JSON.stringify({ current: 'Nest', presets: { Nest: { blocks: { 1: { type } } } } })],
    ['off', 'with the block off', file({ 1: { type, disabled: true } })],
    ['off', 'with blocks of others', file({ 1: { type: other } })],
    ['off', 'without blocks', JSON.stringify({ current: {} })],
    ['off', 'of a preset without blocks', JSON.stringify({ current: 'Nest', presets: {} })],
    [undefined, 'cut off', file({ 1: { type } }).slice(0, -4)],
    [undefined, 'of another shape', JSON.stringify({ current: { blocks: [7] } })],
  ])('say %s %s', (expected, _what, content) => {
    expect(readThemeBlock(content)).toBe(expected);
  });
});
