import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Instance } from '@loyalnest/dev/instance';
import { readKeyFile } from '@loyalnest/platform/crypto/key-file';

type Fingerprints = Record<string, string>;

/**
 * Of the master key that personal data is encrypted with, what is enough to recognise it. The key itself never goes into a
 * backup: whoever gets at both the backups and their key still cannot read a name or an address.
 */
export function fingerprintMasterKeys(instance: Instance, env: NodeJS.ProcessEnv = process.env): Fingerprints {
  const file = env['MASTER_KEY_FILE'] || instance.paths.keys;
  if (!existsSync(file)) return {};
  return Object.fromEntries(
    [...readKeyFile(file).keys].map(([version, key]) => [
      String(version),
      createHash('sha256').update('loyalnest master key').update(key).digest('hex').slice(0, 16),
    ]),
  );
}

/** What a restored database needs and this machine does not have, in words. */
export function describeMissingKeys(wanted: Fingerprints, present: Fingerprints): string | undefined {
  const missing = Object.entries(wanted).filter(([version, print]) => present[version] !== print);
  if (missing.length === 0) return undefined;
  const versions = missing.map(([version]) => version).join(', ');
  return `personal data needs the master key it was encrypted with (version ${versions}): put keys.json back before the start`;
}
