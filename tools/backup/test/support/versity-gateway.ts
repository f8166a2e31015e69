import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@loyalnest/platform/testing/ports';
import { onTestFinished } from 'vitest';
import type { S3Options } from '../../src/target/s3-target.ts';

const readyTimeoutMs = 20_000;

/** Where an independent S3 service is installed; `go install github.com/versity/versitygw/cmd/versitygw@v1.8.0` brings it. */
export function findVersityGateway(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v versitygw || ls "$(go env GOPATH)/bin/versitygw"'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Starts it on a folder; a folder in that is a bucket. */
export async function aVersityGateway(program: string, folder: string): Promise<S3Options> {
  const port = await freePort();
  const credentials = { accessKeyId: 'gateway-key', secretAccessKey: 'gateway-secret' };
  mkdirSync(join(folder, 'backups'));
  const child = spawn(
    program,
    ['--port', `127.0.0.1:${port}`, '--region', 'test-region', 'posix', '--nometa', folder],
    {
      env: {
        PATH: process.env['PATH'],
        ROOT_ACCESS_KEY: credentials.accessKeyId,
        ROOT_SECRET_KEY: credentials.secretAccessKey,
      },
      stdio: 'ignore',
    },
  );
  onTestFinished(() => void child.kill());
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + readyTimeoutMs;
  while (
    !(await fetch(endpoint).then(
      () => true,
      () => false,
    ))
  ) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error('versitygw does not start');
    await sleep(50);
  }
  return { endpoint, region: 'test-region', bucket: 'backups', prefix: 'production/', ...credentials };
}
