import { readAppToml } from './app-toml.ts';
import { ConfigurationError, readEnvironment } from './config.ts';
import { startSimulator, type Simulator } from './simulator.ts';

try {
  const simulator = await start();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
  process.stdout.write(`Shopify simulator at ${simulator.url}\n`);
} catch (error) {
  if (!(error instanceof ConfigurationError) && !(error instanceof Error && 'code' in error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

async function start(): Promise<Simulator> {
  const environment = readEnvironment(process.env);
  return startSimulator({
    port: environment.SIMULATOR_PORT,
    host: environment.SIMULATOR_HOST,
    dataDir: environment.SIMULATOR_DATA_DIR,
    seed: environment.SIMULATOR_SEED,
    concurrency: environment.SIMULATOR_CONCURRENCY,
    clientId: environment.SHOPIFY_CLIENT_ID,
    clientSecret: environment.SHOPIFY_CLIENT_SECRET,
    appUrl: environment.APP_URL,
    toml: readAppToml(environment.SHOPIFY_APP_TOML),
  });
}
