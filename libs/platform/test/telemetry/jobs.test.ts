import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { JobRunner } from '../../src/jobs/job-runner.ts';
import type { Job } from '../../src/jobs/job.ts';
import type { Distribution } from '../../src/telemetry/instruments.ts';
import { readJobs, readQueues } from '../../src/telemetry/jobs.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { startTracing } from '../../src/telemetry/tracing.ts';
import { cloneDatabase, type TestDatabase } from '../../src/testing/database.ts';
import { startOtlpReceiver } from '../../src/testing/otlp-receiver.ts';

let databases: TestDatabase;

beforeAll(async () => {
  databases = await cloneDatabase();
});

afterAll(() => databases.close());

const logger = createLogger({ level: 'silent', service: 'test' });

it('says of each job how often it ended how, how late it began, and what waits', async () => {
  const collector = await startOtlpReceiver();
  onTestFinished(() => collector.close());
  const destination = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: 1 };
  const tracing = await startTracing(destination, [{ name: 'points' }]);
  let runs = 0;
  class Sometimes implements Job {
    readonly name = 'sometimes';
    readonly schedule = { everyMs: 200 };
    async run(): Promise<void> {
      runs += 1;
      if (runs === 2) throw new Error('not this time');
    }
  }
  const runner = new JobRunner({
    app: { get: () => new Sometimes() } as unknown as INestApplicationContext,
    rooms: [{ service: { name: 'points', module: Object, jobs: [Sometimes] }, logger }],
    config: loadConfig({
      DATABASE_URL: databases.ownerUrl,
      DATABASE_ROLE_SECRET: databases.roleSecret,
      SHOPIFY_CLIENT_ID: 'test',
      SHOPIFY_CLIENT_SECRET: 'a secret of the test',
    }),
  });
  await runner.start();
  await expect.poll(() => runs).toBeGreaterThanOrEqual(4);
  const waiting = readQueues(await runner.look());
  await runner.stop();
  await tracing?.close();

  const [ended, durations, delays] = readJobs();
  const of = (outcome: string) => ({ service: 'points', job_name: 'sometimes', outcome });
  expect(ended?.samples).toContainEqual({ labels: of('failed'), value: 1 });
  expect(ended?.samples.find(({ labels }) => labels['outcome'] === 'done')?.value).toBeGreaterThanOrEqual(3);
  expect(durations?.samples).toHaveLength(1);
  // A delay that was counted from the wrong moment would be a whole interval, or one since 1970.
  expect(delays?.samples).toMatchObject([{ labels: { service: 'points' } }]);
  const late = delays?.samples[0]?.value as Distribution | undefined;
  expect(late?.cumulative[late.bounds.indexOf(5)]).toBe(late?.cumulative.at(-1));
  expect(waiting[1]?.samples[0]).toMatchObject({ labels: { service: 'points' } });
  expect(waiting[1]?.samples[0]?.value).toBeLessThan(5);

  const spans = collector.spans.filter(({ name }) => name === 'job sometimes');
  expect(spans.length).toBe(runs);
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(runs);
  expect(spans.filter(({ attributes }) => attributes['error.type'] !== undefined)).toHaveLength(1);
});
