import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureSystemProgram } from '@loyalnest/platform/local-servers/system-program';
import { orExplain, UserError } from '../errors.ts';

export type Certificate = { chain: string; key: string };

const days = 825;

/** A certificate that this machine signs for itself, made on the first start: browsers warn of it, and it encrypts. */
export async function ensureCertificate(folder: string): Promise<Certificate> {
  const certificate = { chain: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  if (existsSync(certificate.chain) && existsSync(certificate.key)) return certificate;
  const openssl = await orExplain(ensureSystemProgram({ name: 'openssl', debianPackage: 'openssl' }));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const drafts = { chain: `${certificate.chain}.new`, key: `${certificate.key}.new` };
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1'];
  try {
    // Makes the key readable by its owner alone.
    await promisify(execFile)(openssl, [
      ...request,
      '-days',
      String(days),
      ...names,
      '-keyout',
      drafts.key,
      '-out',
      drafts.chain,
    ]);
  } catch (error) {
    for (const draft of Object.values(drafts)) rmSync(draft, { force: true });
    throw new UserError(`openssl made no certificate: ${(error as Error).message}`);
  }
  renameSync(drafts.key, certificate.key);
  renameSync(drafts.chain, certificate.chain);
  return certificate;
}
