import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import type { DescService } from '@bufbuild/protobuf';
import { AdminService } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { onTestFinished } from 'vitest';
import { loadConfig, type Config } from '../../src/config/config.ts';
import { listenRpc, type RpcServer } from '../../src/rpc/rpc-server.ts';
import { RpcClients } from '../../src/rpc/rpc.ts';
import type { Service } from '../../src/service.ts';
import { createLogger } from '../../src/telemetry/logger.ts';

const logger = createLogger({ level: 'silent', service: 'test' });

export type Variables = Record<string, string>;

/** What the start needs, and these. */
export function variables(more: Variables = {}): Variables {
  return {
    DATABASE_URL: 'postgres://127.0.0.1/none',
    SHOPIFY_CLIENT_ID: 'test',
    SHOPIFY_CLIENT_SECRET: 'a secret of the test',
    RPC_SECRET: 'what services know each other by',
    ...more,
  };
}

export function configWith(more?: Variables): Config {
  return loadConfig(variables(more));
}

/** The error that a call ends with. */
export function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => 'answered',
    (error: unknown) => error,
  );
}

export function aService(name: string, calls: readonly DescService[] = []): Service {
  return { name, module: Object, calls };
}

type Routes = (router: ConnectRouter) => void;

/** What a process of these services has in hand after its start. */
export async function clientsOf(
  services: readonly Service[],
  options: { routes?: Routes; variables?: Variables; rpc?: RpcClients } = {},
): Promise<RpcClients> {
  const rpc = options.rpc ?? new RpcClients(configWith(options.variables));
  await rpc.connect({ services, routes: options.routes ?? (() => undefined), logger });
  onTestFinished(() => rpc.close());
  return rpc;
}

/** A process of auth, which calls admin-core at this port. */
export async function callerOf(port: number, variables: Variables = {}, scheme = 'http'): Promise<RpcClients> {
  return clientsOf([aService('auth', [AdminService])], {
    variables: { ADMIN_CORE_RPC_URL: `${scheme}://127.0.0.1:${port}`, ...variables },
  });
}

/** The gRPC server of a process. */
export async function serve(
  routes: Routes,
  options: { port?: number; variables?: Variables; isReady?: () => Promise<boolean> } = {},
): Promise<RpcServer> {
  const server = await listenRpc({
    routes,
    isReady: options.isReady ?? (() => Promise.resolve(true)),
    config: configWith(options.variables),
    port: options.port ?? 0,
  });
  onTestFinished(() => server.close());
  return server;
}

/** Takes connections and says nothing. */
export async function listenSilently(): Promise<{ port: number; stopListening(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, stopListening: () => void server.close() };
}
