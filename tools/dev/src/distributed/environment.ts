import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { configSchema } from '@loyalnest/platform/config/config';
import { serviceDatabaseUrl } from '@loyalnest/platform/database/roles';
import { rpcUrlName } from '@loyalnest/platform/rpc/contracts';
import { simulatedShopify, type ShopifyApp } from '../environment.ts';
import { root, type Instance } from '../instance.ts';
import type { Secrets } from '../secrets.ts';
import type { Layout, ServiceProcess } from './layout.ts';
import type { DescribedService } from './services.ts';
import type { StoreAddresses } from './stores.ts';

type Environment = Record<string, string>;

/** Of our own environment, what every program needs to run at all. */
export const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'TZ'] as const;

/** Longer than nginx keeps a connection that it does not use. */
const drainMs = 3_000;

export type Surroundings = {
  instance: Instance;
  layout: Layout;
  secrets: Secrets;
  app: ShopifyApp;
  ownerUrl: string;
  stores: StoreAddresses;
  logLevel: string;
};

/** What one service needs and nothing else: its own login, the services that it calls, and keys only if it encrypts. */
export function serviceEnvironment(
  { service, ports }: ServiceProcess,
  described: DescribedService,
  { instance, layout, secrets, app, ownerUrl, stores, logLevel }: Surroundings,
): Environment {
  const { SHOPIFY_GATEWAY_URL } = app.isSimulated ? simulatedShopify(instance.simulatorUrl) : {};
  // Through nginx, which knows all processes of a service and leaves out one that is away.
  const callee = `http://127.0.0.1:${layout.nginx.rpc}`;
  return {
    ...common(app, logLevel),
    ...preferences(),
    PORT: String(ports.http),
    DRAIN_MS: String(drainMs),
    METRICS_PORT: String(ports.metrics),
    ...(described.doors.rpc.length > 0 ? { RPC_PORT: String(ports.rpc) } : {}),
    ...Object.fromEntries(described.calls.map((called) => [rpcUrlName(called), callee])),
    RPC_SECRET: derived(secrets, 'calls between services'),
    DATABASE_URL: serviceDatabaseUrl({ databaseUrl: ownerUrl, service, roleSecret: secrets.databaseRoleSecret }),
    REDIS_URL: stores.redisUrl,
    KAFKA_BROKERS: stores.kafkaBrokers,
    SHOPIFY_CLIENT_SECRET: app.clientSecret,
    ...(SHOPIFY_GATEWAY_URL ? { SHOPIFY_GATEWAY_URL } : {}),
    ...(described.encrypts ? { MASTER_KEY_FILE: instance.paths.keys } : {}),
    ...ownVariables(described.reads),
  };
}

/** The pages know no secret and no database. */
export function pagesEnvironment({
  instance,
  layout,
  app,
  logLevel,
}: Pick<Surroundings, 'instance' | 'layout' | 'app' | 'logLevel'>): Environment {
  const { SHOPIFY_ADMIN_URL, APP_BRIDGE_URL } = app.isSimulated ? simulatedShopify(instance.simulatorUrl) : {};
  const addresses = layout.processes.map(({ service, ports }) => `${service}=http://127.0.0.1:${ports.http}`);
  return {
    ...common(app, logLevel),
    PORT: String(layout.pages),
    DRAIN_MS: String(drainMs),
    SERVICE_URLS: addresses.join(','),
    ...(SHOPIFY_ADMIN_URL ? { SHOPIFY_ADMIN_URL } : {}),
    ...(APP_BRIDGE_URL ? { APP_BRIDGE_URL } : {}),
  };
}

function common(app: ShopifyApp, logLevel: string): Environment {
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: logLevel,
    HOST: '127.0.0.1',
    APP_URL: app.appUrl,
    SHOPIFY_CLIENT_ID: app.clientId,
  };
}

/** How all services work, where whoever starts them has said so. */
function preferences(): Environment {
  const names = Object.keys(configSchema.shape).filter((name) => /^(RATE_LIMIT|OTEL|KAFKA|DATABASE_POOL)_/.test(name));
  return fromOwn(names, {});
}

/** What only this service reads: from our own environment, or where things are on this machine. */
function ownVariables(names: readonly string[]): Environment {
  return fromOwn(names, { WIDGET_FOLDER: join(root, 'apps/widget/dist') });
}

function fromOwn(names: readonly string[], known: Environment): Environment {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name] || known[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Follows from the installation's secret, which cannot be told from it. */
export function derived({ databaseRoleSecret }: Secrets, purpose: string): string {
  return createHmac('sha256', databaseRoleSecret).update(`loyalnest ${purpose}`).digest('hex');
}
