import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Reading } from './instruments.ts';

/** Until when certificates are good: they are read anew each time, because whoever renews them writes them in place. */
export async function readCertificates(files: readonly string[]): Promise<Reading[]> {
  const samples = await Promise.all(
    files.map(async (file) => ({ labels: { file: basename(file) }, value: await endOf(file) })),
  );
  return [
    {
      name: 'loyalnest_certificate_not_after_timestamp_seconds',
      help: 'When a certificate ends, in seconds since 1970; 0 when it cannot be read.',
      type: 'gauge',
      samples,
    },
  ];
}

async function endOf(file: string): Promise<number> {
  try {
    return new X509Certificate(await readFile(file)).validToDate.getTime() / 1_000;
  } catch {
    return 0;
  }
}
