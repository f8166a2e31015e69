import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config/config.ts';
import { FeatureFlags } from '../../src/flags/feature-flags.ts';
import type { Logger } from '../../src/telemetry/logger.ts';

const folder = mkdtempSync(join(tmpdir(), 'loyalnest-flags-'));
const file = join(folder, 'feature-flags.json');
const name = 'programme-preview';
let open: FeatureFlags | undefined;
const complaints: unknown[] = [];
const logger = { info: () => undefined, error: (what: unknown) => complaints.push(what) } as unknown as Logger;

afterEach(() => {
  open?.onModuleDestroy();
  complaints.length = 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: string): void {
  // As a whole, the way editors and Kubernetes replace a file.
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

function openFlags(content: string): FeatureFlags {
  write(content);
  open = new FeatureFlags(file, logger);
  return open;
}

describe('the file of feature flags', () => {
  it('is not needed', () => {
    expect(new FeatureFlags(undefined, logger).isOn(name, 7)).toBe(true);
  });

  it('is followed while the product runs', async () => {
    const flags = openFlags('{}');
    expect(flags.isOn(name, 7)).toBe(true);
    write(JSON.stringify({ [name]: { off: [7] } }));
    await vi.waitFor(() => expect(flags.isOn(name, 7)).toBe(false), { timeout: 20_000 });
    expect(flags.isOn(name, 8)).toBe(true);
  });

  it.each([
    ['is no JSON', () => write('{ "programme-preview": ')],
    ['names no flag', () => write('{ "other": {} }')],
    ['is gone', () => rmSync(file)],
  ])('leaves everything as it was, and is complained about once, when it %s', async (_, spoil) => {
    const flags = openFlags(JSON.stringify({ [name]: { off: [7] } }));
    spoil();
    await vi.waitFor(() => expect(complaints).toHaveLength(1), { timeout: 20_000 });
    expect(complaints[0]).toMatchObject({ problem: expect.stringContaining(file) as unknown });
    expect(flags.isOn(name, 7)).toBe(false);
    // It comes back, and counts again.
    write('{}');
    await vi.waitFor(() => expect(flags.isOn(name, 7)).toBe(true), { timeout: 20_000 });
    expect(complaints).toHaveLength(1);
  });

  it.each([
    ['is no JSON', 'off'],
    ['names no flag', '{ "other": {} }'],
  ])('stops the start with the name of its variable when it %s', (_, content) => {
    expect(() => openFlags(content)).toThrow(ConfigError);
    expect(() => openFlags(content)).toThrow(/^FEATURE_FLAGS_FILE: .*feature-flags\.json cannot be used/);
  });

  it('stops the start when there is none where the configuration says', () => {
    const missing = join(folder, 'none.json');
    expect(() => new FeatureFlags(missing, logger)).toThrow(`FEATURE_FLAGS_FILE: ${missing} cannot be read: ENOENT`);
  });
});
