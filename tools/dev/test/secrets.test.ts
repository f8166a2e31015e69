import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ensureSecrets } from '../src/secrets.ts';
import { aTemporaryInstance } from './temporary-instance.ts';

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

describe('secrets', () => {
  it('are made once, and are readable by their owner alone', async () => {
    const instance = await aTemporaryInstance();
    const { secrets, keys } = instance.paths;
    const first = ensureSecrets(instance);
    expect([modeOf(secrets), modeOf(keys)]).toEqual([0o600, 0o600]);
    expect(ensureSecrets(instance)).toEqual(first);
  });

  it('are different in every instance', async () => {
    const [one, other] = [ensureSecrets(await aTemporaryInstance()), ensureSecrets(await aTemporaryInstance())];
    for (const name of Object.keys(one) as (keyof typeof one)[]) expect(one[name]).not.toBe(other[name]);
  });

  it('are closed again when somebody has opened them', async () => {
    const instance = await aTemporaryInstance();
    ensureSecrets(instance);
    chmodSync(instance.paths.keys, 0o644);
    ensureSecrets(instance);
    expect(modeOf(instance.paths.keys)).toBe(0o600);
  });

  it('hold one key of 32 bytes, named as the current one', async () => {
    const instance = await aTemporaryInstance();
    ensureSecrets(instance);
    const { current, keys } = JSON.parse(readFileSync(instance.paths.keys, 'utf8')) as {
      current: number;
      keys: Record<string, string>;
    };
    expect(current).toBe(1);
    expect(Buffer.from(keys['1'] ?? '', 'base64')).toHaveLength(32);
  });

  it('name the file that is damaged', async () => {
    const instance = await aTemporaryInstance();
    ensureSecrets(instance);
    writeFileSync(instance.paths.keys, '{ "current": 1, "keys": { "1": "too short" } }');
    expect(() => ensureSecrets(instance)).toThrow(`${instance.paths.keys} is damaged`);
  });

  it('are not made anew while there are data that need the old keys', async () => {
    const instance = await aTemporaryInstance();
    ensureSecrets(instance);
    mkdirSync(instance.paths.postgres);
    rmSync(instance.paths.keys);
    expect(() => ensureSecrets(instance)).toThrow(/keys.json is missing/);
  });
});
