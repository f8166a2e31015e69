import { ConfigError, type Config } from '../config/config.ts';
import { Encryption } from './encryption.ts';
import { FileKeyProvider } from './file-key-provider.ts';
import type { KeyProvider } from './key-provider.ts';
import { KmsKeyProvider } from './kms-key-provider.ts';

export type KeyConfig = Pick<
  Config,
  | 'MASTER_KEY_FILE'
  | 'AWS_KMS_KEY_ID'
  | 'WRAPPED_KEYS_FILE'
  | 'AWS_REGION'
  | 'AWS_ACCESS_KEY_ID'
  | 'AWS_SECRET_ACCESS_KEY'
  | 'AWS_SESSION_TOKEN'
  | 'AWS_ENDPOINT_URL_KMS'
>;

/**
 * Encryption with the keys that the configuration names, proved to be there: the services that need it fail at their
 * start, not at their first customer. Throws `ConfigError` or `KeyError`.
 */
export async function createEncryption(config: KeyConfig, neededBy: readonly string[]): Promise<Encryption> {
  const keys = createKeyProvider(config, neededBy);
  await keys.current();
  return new Encryption(keys);
}

function createKeyProvider(config: KeyConfig, neededBy: readonly string[]): KeyProvider {
  if (config.AWS_KMS_KEY_ID !== undefined) return createKmsKeyProvider(config, config.AWS_KMS_KEY_ID);
  if (config.MASTER_KEY_FILE !== undefined) return new FileKeyProvider(config.MASTER_KEY_FILE);
  throw new ConfigError(`MASTER_KEY_FILE: needed by ${neededBy.join(', ')}, or AWS_KMS_KEY_ID in its place`);
}

function createKmsKeyProvider(config: KeyConfig, keyId: string): KmsKeyProvider {
  const missing = (name: keyof KeyConfig): never => {
    throw new ConfigError(`${name}: needed with AWS_KMS_KEY_ID`);
  };
  return new KmsKeyProvider({
    keyId,
    wrappedKeysFile: config.WRAPPED_KEYS_FILE ?? missing('WRAPPED_KEYS_FILE'),
    region: config.AWS_REGION ?? regionOf(keyId) ?? missing('AWS_REGION'),
    credentials: {
      accessKeyId: config.AWS_ACCESS_KEY_ID ?? missing('AWS_ACCESS_KEY_ID'),
      secretAccessKey: config.AWS_SECRET_ACCESS_KEY ?? missing('AWS_SECRET_ACCESS_KEY'),
      sessionToken: config.AWS_SESSION_TOKEN,
    },
    endpoint: config.AWS_ENDPOINT_URL_KMS,
  });
}

/** `arn:aws:kms:eu-central-1:111122223333:key/…` */
function regionOf(keyId: string): string | undefined {
  return /^arn:[^:]+:kms:([^:]+):/.exec(keyId)?.[1];
}
