import { createSecureServer, createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Config } from '../config/config.ts';
import { deadlineMs } from './deadline.ts';
import { addRpcHealth } from './rpc-health.ts';
import { rpcSecret } from './rpc.ts';
import { serverOptions } from './server-options.ts';
import { readTls, type Tls } from './tls.ts';

/** After that, nobody waits for an answer any more, and who holds a connection still has hung. */
const closeMaxMs = deadlineMs + 1_000;

export type RpcServer = {
  port: number;
  /** Says from now on that it does not serve, and serves. */
  leave(): void;
  /** Takes no new calls, and lets those under way end. */
  close(): Promise<void>;
};

/** Serves the routes and gRPC's health protocol as gRPC, gRPC-web and Connect over HTTP/2. */
export async function listenRpc(options: {
  routes: (router: ConnectRouter) => void;
  isReady: () => Promise<boolean>;
  config: Config;
  port: number;
}): Promise<RpcServer> {
  const { config, port, routes } = options;
  let isLeaving = false;
  const handle = connectNodeAdapter({
    ...serverOptions(rpcSecret(config)),
    routes(router) {
      routes(router);
      addRpcHealth(router, async () => !isLeaving && (await options.isReady()));
    },
    maxTimeoutMs: deadlineMs,
  });
  const server = createHttp2Server(readTls(config)).on('request', handle);
  const open = watchConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, config.HOST, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('RPC server has no port');
  return {
    port: address.port,
    leave() {
      isLeaving = true;
    },
    close: () => closeServer(server, open),
  };
}

function createHttp2Server(tls: Tls): Http2Server {
  if (!tls.cert) return createServer();
  // Whoever knows an authority takes calls only from those it vouches for.
  return createSecureServer({ ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined });
}

type Connections = { sessions: Set<ServerHttp2Session>; sockets: Set<Socket> };

function watchConnections(server: Http2Server): Connections {
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return { sessions, sockets };
}

async function closeServer(server: Http2Server, { sessions, sockets }: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const session of sessions) session.close();
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, closeMaxMs);
  await closed;
  clearTimeout(timer);
}
