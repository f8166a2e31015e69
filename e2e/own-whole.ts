import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureServerBundle, serverBundle } from '@loyalnest/dev/build';
import { migrateDatabase } from '@loyalnest/dev/database';
import { findShopifyApp, serverEnvironment, simulatorEnvironment } from '@loyalnest/dev/environment';
import { prepareHome } from '@loyalnest/dev/home';
import { root } from '@loyalnest/dev/instance';
import { startProgram, type Part } from '@loyalnest/dev/part';
import { findFreeBase } from '@loyalnest/dev/ports';
import { ensureSecrets } from '@loyalnest/dev/secrets';
import { startEmbeddedPostgres } from '@loyalnest/platform/database/embedded';
import { instanceAt, type Running } from './running.ts';

/** A whole of one test file's own, whose parts may be stopped one by one. It has no demo shop. */
export type OwnWhole = {
  running: Running;
  server: Part;
  postgres: {
    /** Lets sessions end; `kill` ends it as a crash does. */
    stop(how: 'orderly' | 'kill'): Promise<void>;
    start(): Promise<void>;
  };
  /** Everything that its parts have written to their logs. */
  readLogs(): { file: string; text: string }[];
  close(): Promise<void>;
};

/** Away from the ports of other wholes. */
const lowestPortBase = 19_400;

export async function startOwnWhole({ logLevel }: { logLevel: string }): Promise<OwnWhole> {
  const home = mkdtempSync(join(tmpdir(), 'loyalnest-e2e-own-'));
  // Root runs PostgreSQL as another user, who has to get at it.
  chmodSync(home, 0o755);
  const portBase = await findFreeBase(lowestPortBase);
  if (portBase === undefined) throw new Error(`no free ports from ${lowestPortBase} on`);
  const instance = instanceAt(home, portBase);
  prepareHome(instance);
  const secrets = ensureSecrets(instance);
  const app = findShopifyApp(instance, secrets, {});
  const { signal } = new AbortController();

  const launch = () =>
    startEmbeddedPostgres({
      dataDir: instance.paths.postgres,
      port: instance.ports.postgres,
      logFile: instance.logFile('postgres'),
    });
  const program = { cacheDir: instance.paths.cache, signal };
  let [postgres] = await Promise.all([launch(), ensureServerBundle(signal)]);
  const { ownerUrl } = postgres;
  await migrateDatabase({ ownerUrl, roleSecret: secrets.databaseRoleSecret });
  const simulator = await startProgram({
    ...program,
    name: 'simulator',
    args: [join(root, 'tools/shopify-simulator/src/main.ts')],
    env: simulatorEnvironment(instance, app),
    logFile: instance.logFile('simulator'),
    healthUrl: `${instance.simulatorUrl}/control`,
  });
  const server = await startProgram({
    ...program,
    name: 'server',
    args: ['--enable-source-maps', serverBundle],
    env: {
      ...serverEnvironment(instance, { ownerUrl, roleSecret: secrets.databaseRoleSecret, app }),
      LOG_LEVEL: logLevel,
    },
    logFile: instance.logFile('server'),
    healthUrl: `${instance.serverUrl}/readyz`,
  });

  return {
    running: {
      home,
      portBase,
      serverUrl: instance.serverUrl,
      simulatorUrl: instance.simulatorUrl,
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      ownerUrl,
      roleSecret: secrets.databaseRoleSecret,
    },
    server,
    postgres: {
      async stop(how) {
        if (how === 'orderly') return postgres.stop();
        process.kill(postgres.pid, 'SIGQUIT');
        await postgres.exited;
      },
      async start() {
        postgres = await launch();
      },
    },
    readLogs: () =>
      globSync('*.log*', { cwd: instance.paths.logs }).map((file) => ({
        file,
        text: readFileSync(join(instance.paths.logs, file), 'utf8'),
      })),
    async close() {
      await server.stop();
      await simulator.stop();
      await postgres.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
