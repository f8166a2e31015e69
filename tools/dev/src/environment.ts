import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withoutCredentials } from './database-url.ts';
import { UserError } from './errors.ts';
import { root, type Instance } from './instance.ts';
import type { Secrets } from './secrets.ts';
import type { State } from './state.ts';

export type ShopifyApp = {
  clientId: string;
  clientSecret: string;
  /** Public address of the product, as Shopify reaches it. */
  appUrl: string;
  isSimulated: boolean;
};

/** The simulator's app, unless the environment names a real one. */
export function findShopifyApp(instance: Instance, secrets: Secrets, env: NodeJS.ProcessEnv = process.env): ShopifyApp {
  const clientId = env['SHOPIFY_CLIENT_ID'];
  const clientSecret = env['SHOPIFY_CLIENT_SECRET'];
  const appUrl = env['APP_URL'] || instance.serverUrl;
  if (clientId && clientSecret) return { clientId, clientSecret, appUrl, isSimulated: false };
  if (clientId || clientSecret) {
    throw new UserError(
      'a real Shopify app needs both SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET (docs/shopify.md)',
      2,
    );
  }
  const { shopifyClientId, shopifyClientSecret } = secrets;
  return { clientId: shopifyClientId, clientSecret: shopifyClientSecret, appUrl, isSimulated: true };
}

type Environment = Record<string, string>;

export function serverEnvironment(
  instance: Instance,
  options: { ownerUrl: string; roleSecret: string; app: ShopifyApp },
): Environment {
  const { ownerUrl, roleSecret, app } = options;
  return {
    NODE_ENV: 'production',
    LOG_LEVEL: process.env['LOG_LEVEL'] || 'info',
    HOST: '127.0.0.1',
    PORT: String(instance.ports.server),
    APP_URL: app.appUrl,
    DATABASE_URL: withoutCredentials(ownerUrl),
    DATABASE_ROLE_SECRET: roleSecret,
    MASTER_KEY_FILE: instance.paths.keys,
    SHOPIFY_CLIENT_ID: app.clientId,
    SHOPIFY_CLIENT_SECRET: app.clientSecret,
    ...(app.isSimulated ? simulatedShopify(instance.simulatorUrl) : {}),
  };
}

/** Everything that would be at Shopify is at the simulator. */
export function simulatedShopify(url: string) {
  return {
    SHOPIFY_GATEWAY_URL: url,
    SHOPIFY_ADMIN_URL: url,
    APP_BRIDGE_URL: `${url}/shopifycloud/app-bridge.js`,
  };
}

export function simulatorEnvironment(instance: Instance, app: ShopifyApp): Environment {
  const appToml = join(root, 'shopify.app.toml');
  return {
    NODE_ENV: 'production',
    SIMULATOR_HOST: '127.0.0.1',
    SIMULATOR_PORT: String(instance.ports.simulator),
    SIMULATOR_DATA_DIR: instance.paths.simulator,
    SHOPIFY_CLIENT_ID: app.clientId,
    SHOPIFY_CLIENT_SECRET: app.clientSecret,
    APP_URL: app.appUrl,
    ...(existsSync(appToml) ? { SHOPIFY_APP_TOML: appToml } : {}),
  };
}

/**
 * What a plugged-in program finds: everything the server is configured with, and where the running instance is. The
 * owner's connection is for tools that look across services; the product never gets it.
 */
export function toolEnvironment(instance: Instance, options: { state: State; secrets: Secrets }): Environment {
  const { state, secrets } = options;
  const { ownerUrl } = state;
  const app = findShopifyApp(instance, secrets);
  return {
    ...(ownerUrl ? serverEnvironment(instance, { ownerUrl, roleSecret: secrets.databaseRoleSecret, app }) : {}),
    LOYALNEST_HOME: instance.home,
    LOYALNEST_PORT_BASE: String(instance.ports.server),
    LOYALNEST_SHAPE: state.shape,
    SERVER_URL: state.serverUrl,
    ...(state.simulatorUrl ? { SIMULATOR_URL: state.simulatorUrl } : {}),
    ...(ownerUrl ? { OWNER_DATABASE_URL: ownerUrl } : {}),
    ...state.stores,
  };
}
