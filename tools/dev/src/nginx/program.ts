import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureSystemProgram } from '@loyalnest/platform/local-servers/system-program';
import { orExplain } from '../errors.ts';

export type NginxProgram = { path: string; version: string };

/** The distribution's nginx. Throws `UserError` with one line that a person can act on. */
export async function ensureNginx(): Promise<NginxProgram> {
  const path = await orExplain(ensureSystemProgram({ name: 'nginx', debianPackage: 'nginx-light' }));
  const { stderr } = await promisify(execFile)(path, ['-v']);
  return { path, version: /nginx\/([\d.]+)/.exec(stderr)?.[1] ?? 'unknown' };
}
