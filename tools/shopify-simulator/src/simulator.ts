import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerAdminApi } from './admin/endpoint.ts';
import { registerAdminPage } from './admin-page/admin-page.ts';
import { registerControl } from './control/index.ts';
import { registerAccessToken } from './oauth/access-token.ts';
import { registerAuthorize, type AuthorizationCodes } from './oauth/authorize.ts';
import { registerAppProxy } from './proxy/app-proxy.ts';
import { createSessions } from './storefront/sessions.ts';
import { registerStorefront } from './storefront/storefront.ts';
import { closeWorld, createWorld, type World, type WorldOptions } from './world.ts';

export type SimulatorOptions = WorldOptions & {
  /** 0 takes any free port. */
  port?: number | undefined;
  host?: string | undefined;
};

export type Simulator = {
  /** The simulator's own address; the shop of a request is in its Host header. */
  url: string;
  /** The simulator's inside, for tests in the same process. */
  world: World;
  close(): Promise<void>;
};

/** Bulk requests carry 5,000 rows. */
const BODY_MAX_BYTES = 8 * 1024 * 1024;

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const world = createWorld(options);
  const app = Fastify({ logger: false, bodyLimit: BODY_MAX_BYTES, forceCloseConnections: true });
  register(app, world);
  try {
    await app.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  } catch (error) {
    closeWorld(world);
    throw error;
  }
  let closing: Promise<void> | undefined;
  const { address, family, port } = app.server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    world,
    close() {
      closing ??= app.close().then(() => closeWorld(world));
      return closing;
    },
  };
}

function register(app: FastifyInstance, world: World): void {
  const codes: AuthorizationCodes = new Map();
  const sessions = createSessions(world.random);
  registerControl(app, world);
  registerAdminApi(app, world);
  registerAuthorize(app, world, codes);
  registerAccessToken(app, world, codes);
  registerAdminPage(app, world);
  registerAppProxy(app, world, sessions);
  registerStorefront(app, world, sessions);
}
