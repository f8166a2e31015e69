import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigError, type Config } from '../config/config.ts';

type TlsName = 'RPC_TLS_CERT_FILE' | 'RPC_TLS_KEY_FILE' | 'RPC_TLS_CA_FILE';

/** What a process shows of itself, and whom it believes. */
export type Tls = { cert?: Buffer; key?: Buffer; ca?: Buffer };

/** Throws `ConfigError` for a file that is not what it should be, and for a certificate without its key. */
export function readTls(config: Pick<Config, TlsName>): Tls {
  const cert = read(config, 'RPC_TLS_CERT_FILE', (pem) => new X509Certificate(pem));
  const key = read(config, 'RPC_TLS_KEY_FILE', createPrivateKey);
  const ca = read(config, 'RPC_TLS_CA_FILE', (pem) => new X509Certificate(pem));
  if (cert && !key) throw new ConfigError('RPC_TLS_KEY_FILE: is needed with RPC_TLS_CERT_FILE');
  if (key && !cert) throw new ConfigError('RPC_TLS_CERT_FILE: is needed with RPC_TLS_KEY_FILE');
  if (cert && key && !cert.parsed.checkPrivateKey(key.parsed)) {
    throw new ConfigError('RPC_TLS_KEY_FILE: is not the key of RPC_TLS_CERT_FILE');
  }
  return { ...(cert && key ? { cert: cert.pem, key: key.pem } : {}), ...(ca ? { ca: ca.pem } : {}) };
}

function read<T>(
  config: Pick<Config, TlsName>,
  name: TlsName,
  parse: (pem: Buffer) => T,
): { pem: Buffer; parsed: T } | undefined {
  const path = config[name];
  if (path === undefined) return undefined;
  try {
    const pem = readFileSync(path);
    return { pem, parsed: parse(pem) };
  } catch (error) {
    throw new ConfigError(`${name}: ${(error as Error).message}`);
  }
}
