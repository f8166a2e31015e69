import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '@loyalnest/dev/instance';
import { readKeyFile } from '@loyalnest/platform/crypto/key-file';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureSecrets } from '../src/secrets.ts';
import { services, yamlOf } from './files.ts';

const shopifyClientSecret = 'shpss_not-a-secret-of-anybody';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loyalnest-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function make(more: Partial<Parameters<typeof ensureSecrets>[0]> = {}): string[] {
  return ensureSecrets({ root, folder, shopifyClientSecret, ownerUrl: undefined, redisUrl: undefined, ...more });
}
const secret = (name: string) => readFileSync(join(folder, 'secrets', name), 'utf8').trimEnd();

describe('the secrets of a deployment', () => {
  it('are all that Compose hands out', () => {
    make();
    const { secrets } = yamlOf('deploy/compose/compose.yaml') as { secrets: Record<string, unknown> };
    expect(readdirSync(join(folder, 'secrets')).sort()).toEqual(Object.keys(secrets).sort());
  });

  it('are for nobody else to read', () => {
    make();
    for (const name of readdirSync(join(folder, 'secrets')))
      expect({ name, mode: statSync(join(folder, 'secrets', name)).mode & 0o777 }).toEqual({ name, mode: 0o400 });
    expect(readKeyFile(join(folder, 'secrets/master-keys')).current).toBe(1);
  });

  it('stay when they are made again, and a missing one is made anew', () => {
    make();
    const before = secret('database-role-secret');
    expect(make()).toEqual([]);
    rmSync(join(folder, 'secrets/rpc-secret'));
    expect(make({ shopifyClientSecret: undefined })).toEqual(['rpc-secret']);
    expect(secret('database-role-secret')).toBe(before);
  });

  it('let each service in as the role that the migrations make', () => {
    make({ ownerUrl: 'postgres://owner:password@db.example.com:5432/loyalnest?sslmode=verify-full' });
    const roleSecret = secret('database-role-secret');
    for (const service of services) {
      const databaseUrl = 'postgres://db.example.com:5432/loyalnest?sslmode=verify-full';
      expect(secret(`database-url-${service}`)).toBe(serviceDatabaseUrl({ databaseUrl, service, roleSecret }));
    }
  });

  it("ask for the app's client secret, which nobody can make up", () => {
    expect(() => make({ shopifyClientSecret: undefined })).toThrow('SHOPIFY_CLIENT_SECRET');
  });

  it('complete .env and leave what stands there', () => {
    writeFileSync(join(folder, '.env'), 'APP_URL=https://loyalty.example.com\nKAFKA_CLUSTER_ID=mine');
    make();
    make();
    const lines = readFileSync(join(folder, '.env'), 'utf8').trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['APP_URL=https://loyalty.example.com', 'KAFKA_CLUSTER_ID=mine']);
    expect(lines.slice(2).map((line) => line.split('=')[0])).toEqual(['LOYALNEST_UID', 'LOYALNEST_GID']);
  });
});
