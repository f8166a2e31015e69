import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import { AppError } from '@loyalnest/contracts/errors';
import type { DescService } from '@bufbuild/protobuf';
import {
  Code,
  ConnectError,
  createClient,
  createRouterTransport,
  type Client,
  type ConnectRouter,
  type Interceptor,
  type Transport,
} from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { INestApplicationContext } from '@nestjs/common';
import type { Config } from '../config/config.ts';
import type { Service } from '../service.ts';

/** A call that has not been answered by then fails with DEADLINE_EXCEEDED. */
const deadlineMs = 2_000;

/** Clients of other services' contracts. In one process the call stays in the process. */
export class RpcClients {
  readonly #secret: string;
  #transport: Transport | undefined;

  constructor(config: Pick<Config, 'DATABASE_ROLE_SECRET'>) {
    this.#secret = config.DATABASE_ROLE_SECRET;
  }

  connect(routes: (router: ConnectRouter) => void): void {
    const authorize: Interceptor = (next) => (request) => {
      request.header.set('authorization', `Bearer ${rpcToken(this.#secret)}`);
      return next(request);
    };
    this.#transport = createRouterTransport(routes, {
      transport: { interceptors: [authorize] },
      router: { interceptors: rpcInterceptors(this.#secret) },
    });
  }

  client<S extends DescService>(service: S): Client<S> {
    if (!this.#transport) throw new Error('RPC is not connected yet');
    return createClient(service, this.#transport);
  }
}

/** What services show each other when they call over a network: follows from the installation's secret. */
export function rpcToken(secret: string): string {
  return createHmac('sha256', secret).update('loyalnest rpc').digest('hex');
}

function rpcInterceptors(secret: string): Interceptor[] {
  return [refuseStrangers(secret), mapErrors];
}

function refuseStrangers(secret: string): Interceptor {
  const expected = Buffer.from(`Bearer ${rpcToken(secret)}`);
  return (next) => (request) => {
    const given = Buffer.from(request.header.get('authorization') ?? '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new ConnectError('sign in first', Code.Unauthenticated);
    }
    return next(request);
  };
}

const codeByStatus: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  409: Code.AlreadyExists,
  422: Code.FailedPrecondition,
  429: Code.ResourceExhausted,
  503: Code.Unavailable,
};

/** `AppError` becomes the gRPC status of its HTTP status; its code travels in the metadata `error-code`. */
const mapErrors: Interceptor = (next) => async (request) => {
  try {
    return await next(request);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new ConnectError(
      error.message,
      codeByStatus[error.status] ?? Code.Internal,
      { 'error-code': error.code },
      undefined,
      error,
    );
  }
};

/** Routes of all services of this process, for calls from inside it. */
export function addRpc(
  app: INestApplicationContext,
  services: readonly Service[],
  clients: RpcClients,
): (router: ConnectRouter) => void {
  const routes = (router: ConnectRouter): void => {
    for (const service of services) {
      for (const token of service.rpc ?? []) app.get(token, { strict: false }).register(router);
    }
  };
  clients.connect(routes);
  return routes;
}

export type RpcServer = { port: number; close(): Promise<void> };

/** Serves the routes as gRPC, gRPC-web and Connect over HTTP/2 without TLS. */
export async function listenRpc(options: {
  routes: (router: ConnectRouter) => void;
  secret: string;
  host: string;
  port: number;
}): Promise<RpcServer> {
  const server = createServer(
    connectNodeAdapter({
      routes: options.routes,
      interceptors: rpcInterceptors(options.secret),
      maxTimeoutMs: deadlineMs,
    }),
  );
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('RPC server has no port');
  return { port: address.port, close: () => closeServer(server, sessions) };
}

function closeServer(server: Http2Server, sessions: ReadonlySet<ServerHttp2Session>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const session of sessions) session.close();
  });
}
