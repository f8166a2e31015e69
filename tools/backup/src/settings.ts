import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import type { Instance } from '@loyalnest/dev/instance';
import { writePrivate } from '@loyalnest/dev/secrets';
import { findSupervisor, readState } from '@loyalnest/dev/state';
import { readKeyFile, type KeyFile } from '@loyalnest/platform/crypto/key-file';
import { KeyError } from '@loyalnest/platform/crypto/key-provider';
import { z } from 'zod';
import { folderTarget } from './target/folder-target.ts';
import { s3Target } from './target/s3-target.ts';
import { SealedTarget } from './target/sealed-target.ts';
import type { Target } from './target/target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const s3Schema = z.object({
  BACKUP_S3_ENDPOINT: z.url({
    protocol: /^https?$/,
    error: 'must be the address of an S3 service, such as https://s3.eu-central-003.backblazeb2.com',
  }),
  BACKUP_S3_REGION: z.string({ error: 'is missing; for Backblaze B2 it is the second part of the endpoint' }).min(1),
  BACKUP_S3_KEY_ID: z.string({ error: 'is missing' }).min(1),
});

/** Where backups go: `BACKUP_TARGET`, a folder or `s3://bucket/prefix`; unless set, `backups` in the instance's folder. */
export function findTarget(instance: Instance, env: Environment = process.env): Target {
  const address = env['BACKUP_TARGET'] || join(instance.home, 'backups');
  if (!address.startsWith('s3://')) return folderTarget(resolve(address));
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(address);
  if (!match?.[1]) throw new UserError('BACKUP_TARGET must be a folder, or look like s3://bucket/prefix', 2);
  const parsed = s3Schema.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`${issue?.path.join('.')} ${issue?.message}`, 2);
  }
  const { BACKUP_S3_ENDPOINT: endpoint, BACKUP_S3_REGION: region, BACKUP_S3_KEY_ID: accessKeyId } = parsed.data;
  const prefix = match[2] ? `${match[2].replace(/\/+$/, '')}/` : '';
  return s3Target({ endpoint, region, bucket: match[1], prefix, accessKeyId, secretAccessKey: readS3Secret(env) });
}

function readS3Secret(env: Environment): string {
  const file = env['BACKUP_S3_SECRET_FILE'];
  if (!file) {
    const secret = env['BACKUP_S3_SECRET'];
    if (secret) return secret;
    throw new UserError('BACKUP_S3_SECRET_FILE (or BACKUP_S3_SECRET) is missing', 2);
  }
  if (!existsSync(file)) throw new UserError(`BACKUP_S3_SECRET_FILE: there is no ${file}`, 2);
  if ((statSync(file).mode & 0o077) !== 0)
    throw new UserError(
      `BACKUP_S3_SECRET_FILE: ${file} can be read by others; allow only its owner: chmod 600 ${file}`,
    );
  return readFileSync(file, 'utf8').trim();
}

/** Where the key is that backups are encrypted with. */
export function keyFilePath(instance: Instance, env: Environment = process.env): string {
  return env['BACKUP_KEY_FILE'] ? resolve(env['BACKUP_KEY_FILE']) : join(instance.home, 'backup-key.json');
}

/** Makes the key if there is none. One that was there is never changed: older backups need it. */
export function ensureBackupKey(file: string): 'made' | 'present' {
  if (existsSync(file)) return 'present';
  writePrivate(file, { current: 1, keys: { 1: randomBytes(32).toString('base64') } });
  return 'made';
}

export function readBackupKeys(file: string): KeyFile {
  if (!existsSync(file)) {
    throw new UserError(
      `${file}, the key of the backups, is missing: without it nothing can be backed up or restored; put it back (./dev.sh backup key makes a new one, for new backups)`,
    );
  }
  try {
    const keys = readKeyFile(file);
    const isWhole = [...keys.keys.values()].every((key) => key.length === 32);
    if (isWhole) return keys;
    throw new KeyError(`${file}: a backup key has 32 bytes`);
  } catch (error) {
    throw error instanceof KeyError ? new UserError(error.message, 1, { cause: error }) : error;
  }
}

export function openTarget(instance: Instance, env: Environment = process.env): SealedTarget {
  return new SealedTarget(findTarget(instance, env), readBackupKeys(keyFilePath(instance, env)));
}

/** The owner's connection: of `DATABASE_URL`, or of the instance that runs. */
export function findDatabaseUrl(instance: Instance, env: Environment = process.env): string {
  const outside = env['DATABASE_URL'];
  if (outside) return outside;
  const state = findSupervisor(instance) ? readState(instance) : undefined;
  if (state?.ownerUrl) return state.ownerUrl;
  throw new UserError('there is no database to back up: start LoyalNest with ./dev.sh up, or set DATABASE_URL');
}
