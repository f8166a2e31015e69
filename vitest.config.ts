import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));
const globalSetup = fileURLToPath(new URL('libs/platform/src/testing/global-setup.ts', import.meta.url));

/** NestJS reads parameter types from the metadata that decorators leave behind. */
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };

/**
 * A first start of PostgreSQL or of the simulator on a busy machine takes seconds, not the default 5; and what a test waits
 * for with `expect.poll` may be held up by its neighbours for longer than the default second.
 */
const timeouts = { testTimeout: 30_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };

/** Against a whole of several processes, which the files share one after the other. */
const endToEnd = {
  ...timeouts,
  testTimeout: 120_000,
  hookTimeout: 180_000,
  fileParallelism: false,
  globalSetup: fileURLToPath(new URL('e2e/global-setup.ts', import.meta.url)),
};

/** Projects whose tests may ask for a database: they share one throwaway PostgreSQL. */
function withPostgres(folder: string) {
  return {
    root,
    oxc,
    test: { ...timeouts, name: folder, include: [`${folder}/*/test/**/*.test.{ts,tsx}`], globalSetup },
  };
}

export default defineConfig({
  oxc,
  test: {
    // Tests wait for servers more than they compute; on two cores one file at a time would leave one of them idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      withPostgres('libs'),
      withPostgres('services'),
      withPostgres('apps'),
      { root, oxc, test: { ...timeouts, name: 'tools', include: ['tools/*/test/**/*.test.ts'] } },
      { root, oxc, test: { ...endToEnd, name: 'e2e', include: ['e2e/**/*.test.ts'] } },
    ],
  },
});
