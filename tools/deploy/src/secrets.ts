import { createHash, randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '@loyalnest/dev/errors';
import { findServices } from '@loyalnest/platform/database/migrate';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';

/** Whom the image runs as; what root makes for a container is given to it. */
const imageUser = 65_532;

/** The nodes of `deploy/compose/compose.yaml`. */
const composeRedisNodes = ['172.30.74.11:6379', '172.30.74.12:6379', '172.30.74.13:6379'];
const composeDatabase = 'postgres:5432/loyalnest';

export type SecretOptions = {
  root: string;
  /** Folder with `.env`; the files go into `secrets` below it. */
  folder: string;
  shopifyClientSecret: string | undefined;
  /** The owner's connection and the nodes of Redis where they are not those of Compose. */
  ownerUrl: string | undefined;
  redisUrl: string | undefined;
};

/** What services, the migrations and Compose are given, besides `database-url-SERVICE` for each service. */
export const secretNames = [
  'shopify-client-secret',
  'master-keys',
  'rpc-secret',
  'redis-url',
  'database-owner-url',
  'database-role-secret',
] as const;

/**
 * Makes every secret file that a deployment needs and does not have yet, so that calling it again changes nothing, and
 * after a new service adds what that one needs. Returns the names of the files it has made.
 */
export function ensureSecrets(options: SecretOptions): string[] {
  const secrets = join(options.folder, 'secrets');
  const owner = ownerOf();
  mkdirSync(secrets, { recursive: true, mode: 0o700 });
  chownSync(secrets, owner.uid, owner.gid);
  const made: string[] = [];
  const ensure = (name: string, makeContent: () => string): string => {
    const file = join(secrets, name);
    if (!existsSync(file)) {
      writeFileSync(file, `${makeContent()}\n`, { mode: 0o400 });
      chownSync(file, owner.uid, owner.gid);
      made.push(name);
    }
    return readFileSync(file, 'utf8').trimEnd();
  };

  ensure('shopify-client-secret', () => {
    if (options.shopifyClientSecret) return options.shopifyClientSecret;
    throw new UserError("set SHOPIFY_CLIENT_SECRET to the app's client secret, once: it is kept in a file", 2);
  });
  ensure('master-keys', () => JSON.stringify({ current: 1, keys: { 1: randomBytes(32).toString('base64') } }));
  ensure('rpc-secret', randomText);
  ensure('grafana-password', randomText);
  // Alerts reach nobody until these hold something real; deploy/alertmanager says who is told.
  for (const name of ['slack-webhook-url', 'smtp-password']) ensure(name, () => 'none');
  const roleSecret = ensure('database-role-secret', randomText);
  const databaseUrl = ensure('database-owner-url', () => {
    if (options.ownerUrl) return options.ownerUrl;
    return `postgres://loyalnest_owner:${ensure('database-owner-password', randomText)}@${composeDatabase}`;
  });
  for (const service of findServices(join(options.root, 'services'))) {
    ensure(`database-url-${service}`, () => serviceDatabaseUrl({ databaseUrl, service, roleSecret }));
  }
  ensure('redis-url', () => {
    if (options.redisUrl) return options.redisUrl;
    const password = ensure('redis-password', randomText);
    ensure('redis-access.conf', () => `requirepass ${password}\nmasterauth ${password}`);
    return composeRedisNodes.map((node) => `redis://:${password}@${node}`).join(',');
  });
  completeEnvironment(options.folder, owner);
  return made;
}

function randomText(): string {
  return randomBytes(24).toString('hex');
}

function ownerOf(): { uid: number; gid: number } {
  const uid = process.getuid?.() ?? imageUser;
  return uid === 0 ? { uid: imageUser, gid: imageUser } : { uid, gid: process.getgid?.() ?? uid };
}

/** Adds to `.env` what Compose has to know besides: who may read the files, and the name of the Kafka cluster. */
function completeEnvironment(folder: string, { uid, gid }: { uid: number; gid: number }): void {
  const file = join(folder, '.env');
  const present = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const known = {
    LOYALNEST_UID: String(uid),
    LOYALNEST_GID: String(gid),
    KAFKA_CLUSTER_ID: createHash('sha256').update(randomBytes(16)).digest('base64url').slice(0, 22),
  };
  const missing = Object.entries(known).filter(([name]) => !new RegExp(`^${name}=`, 'm').test(present));
  if (missing.length === 0) return;
  const lines = missing.map(([name, value]) => `${name}=${value}`).join('\n');
  writeFileSync(file, `${present}${present === '' || present.endsWith('\n') ? '' : '\n'}${lines}\n`, { mode: 0o600 });
}
