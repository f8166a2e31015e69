import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, loadOwnerConfig } from '../../src/config/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'loyalnest-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const required = {
  DATABASE_URL: 'postgres://127.0.0.1/none',
  DATABASE_ROLE_SECRET: 'a-secret-in-the-environment',
  SHOPIFY_CLIENT_ID: 'client',
};

describe('a variable whose value lies in a file', () => {
  it('is read from there, without the line end', () => {
    const SHOPIFY_CLIENT_SECRET_FILE = fileWith('secret', 'a-secret-in-a-file\n');
    expect(loadConfig({ ...required, SHOPIFY_CLIENT_SECRET_FILE }).SHOPIFY_CLIENT_SECRET).toBe('a-secret-in-a-file');
  });

  it('may be one of those that the migrations need', () => {
    const DATABASE_URL_FILE = fileWith('url', 'postgres://owner:password@host/database\n');
    const { DATABASE_ROLE_SECRET } = required;
    expect(loadOwnerConfig({ DATABASE_URL_FILE, DATABASE_ROLE_SECRET })).toEqual({
      DATABASE_URL: 'postgres://owner:password@host/database',
      DATABASE_ROLE_SECRET,
    });
  });

  it('stops the start when it is set as well', () => {
    const env = {
      ...required,
      SHOPIFY_CLIENT_SECRET: 'x'.repeat(16),
      SHOPIFY_CLIENT_SECRET_FILE: fileWith('both', 'y'),
    };
    expect(() => loadConfig(env)).toThrow(
      new ConfigError('SHOPIFY_CLIENT_SECRET: set it or SHOPIFY_CLIENT_SECRET_FILE, not both'),
    );
  });

  it('stops the start when the file is missing, with its name and not with a value', () => {
    const SHOPIFY_CLIENT_SECRET_FILE = join(folder, 'none');
    expect(() => loadConfig({ ...required, SHOPIFY_CLIENT_SECRET_FILE })).toThrow(
      new ConfigError(`SHOPIFY_CLIENT_SECRET_FILE: ${SHOPIFY_CLIENT_SECRET_FILE} cannot be read: ENOENT`),
    );
  });

  it('is not a variable that names a file itself', () => {
    const MASTER_KEY_FILE = join(folder, 'none');
    const config = loadConfig({ ...required, SHOPIFY_CLIENT_SECRET: 'x'.repeat(16), MASTER_KEY_FILE });
    expect(config.MASTER_KEY_FILE).toBe(MASTER_KEY_FILE);
  });
});
