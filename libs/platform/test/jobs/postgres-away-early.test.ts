import { connect as connectTo, createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { JobRunner } from '../../src/jobs/job-runner.ts';
import type { Job } from '../../src/jobs/job.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

afterAll(() => databases.close());

/** Stands before PostgreSQL, and hangs up on the first callers. */
async function hangsUpOn(callers: number): Promise<{ url: string }> {
  const { hostname, port } = new URL(databases.ownerUrl);
  const sockets = new Set<Socket>();
  let left = callers;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (left > 0) {
      left -= 1;
      socket.once('data', () => socket.destroy());
      return;
    }
    const onward = connectTo(Number(port), hostname);
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((settle) => server.close(settle));
  });
  const url = new URL(databases.ownerUrl);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.toString() };
}

it('runs jobs although PostgreSQL went away while the queues were opened', async () => {
  const { url } = await hangsUpOn(3);
  const ran = Promise.withResolvers<void>();
  class Tick implements Job {
    readonly name = 'tick';
    readonly schedule = { everyMs: 200 };
    async run(): Promise<void> {
      ran.resolve();
    }
  }
  const runner = new JobRunner({
    app: { get: () => new Tick() } as unknown as INestApplicationContext,
    rooms: [
      {
        service: { name: 'points', module: Object, jobs: [Tick] },
        logger: createLogger({ level: 'silent', service: 'test' }),
      },
    ],
    config: loadConfig({
      DATABASE_URL: url,
      DATABASE_ROLE_SECRET: databases.roleSecret,
      SHOPIFY_CLIENT_ID: 'test',
      SHOPIFY_CLIENT_SECRET: 'a secret of the test',
    }),
  });
  onTestFinished(() => runner.stop());
  await runner.start();
  await expect(ran.promise).resolves.toBeUndefined();
});
