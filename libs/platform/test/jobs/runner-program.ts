import type { INestApplicationContext } from '@nestjs/common';
import { loadConfig } from '../../src/config/config.ts';
import { JobRunner } from '../../src/jobs/job-runner.ts';
import type { JobTiming } from '../../src/jobs/job-queues.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

/** A process of its own that runs one job, says so to whoever started it, and takes as long over it as it is told. */
const { everyMs, takesMs, timing } = JSON.parse(process.argv[2] ?? '{}') as {
  everyMs: number;
  takesMs: number;
  timing: JobTiming;
};

class Tick {
  readonly name = 'tick';
  readonly schedule = { everyMs };
  async run(): Promise<void> {
    process.send?.('began');
    await new Promise((resolve) => setTimeout(resolve, takesMs));
    process.send?.('ended');
  }
}

const runner = new JobRunner({
  app: { get: () => new Tick() } as unknown as INestApplicationContext,
  rooms: [
    {
      service: { name: 'points', module: Object, jobs: [Tick] },
      logger: createLogger({ level: 'warn', service: 'test' }),
    },
  ],
  config: loadConfig(process.env),
  timing,
});
await runner.start();
process.send?.('started');
process.on('SIGTERM', () => void runner.stop().then(() => process.exit(0)));
