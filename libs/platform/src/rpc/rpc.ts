import { randomBytes } from 'node:crypto';
import type { DescService } from '@bufbuild/protobuf';
import {
  createClient,
  createRouterTransport,
  type Client,
  type ConnectRouter,
  type Interceptor,
  type Transport,
} from '@connectrpc/connect';
import type { INestApplicationContext } from '@nestjs/common';
import { ConfigError, type Config } from '../config/config.ts';
import type { Service } from '../service.ts';
import { watchMade } from '../telemetry/calls.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BreakerState } from './breaker.ts';
import { ownerOf, rpcOwners, rpcUrlName } from './contracts.ts';
import { withDeadline } from './deadline.ts';
import type { Remote } from './remote.ts';
import { messageBytesMax, rpcToken, serverOptions } from './server-options.ts';

type Routes = (router: ConnectRouter) => void;

/**
 * Clients of services' contracts. A call to a service of this process stays in the process; any other goes to the address
 * that the configuration has for the contract's owner.
 */
export class RpcClients {
  readonly #config: Config;
  readonly #remotes = new Map<string, Remote>();
  #answeredHere: ReadonlySet<string> = new Set();
  #inProcess: Transport | undefined;

  constructor(config: Config) {
    this.#config = config;
  }

  /** Throws `ConfigError` when a service calls another that is neither here nor has an address. */
  async connect(options: { services: readonly Service[]; routes: Routes; logger: Logger }): Promise<void> {
    const { services, routes, logger } = options;
    // Of use in this process only when the configuration has none, so that it may be any.
    const secret = findRpcSecret(this.#config) ?? randomBytes(32).toString('hex');
    const answered = new Set<string>();
    const transport = createRouterTransport(
      (router) => {
        routes(router);
        for (const { service } of router.handlers) answered.add(service.typeName);
      },
      {
        transport: {
          interceptors: [watchMade, authorize(secret)],
          readMaxBytes: messageBytesMax,
          writeMaxBytes: messageBytesMax,
        },
        router: serverOptions(secret),
      },
    );
    this.#answeredHere = answered;
    this.#inProcess = withDeadline(transport);
    await this.#connectRemotes({ services, logger });
    for (const { name, calls = [] } of services) {
      for (const contract of calls) {
        if (this.#findTransport(contract)) continue;
        throw new ConfigError(`${missingUrl(contract)}, and ${name} calls it`);
      }
    }
  }

  client<S extends DescService>(contract: S): Client<S> {
    const transport = this.#findTransport(contract);
    if (!transport) throw new Error(this.#inProcess ? missingUrl(contract) : 'RPC is not connected yet');
    return createClient(contract, transport);
  }

  /** One for each service that is called over a network, as it stands. */
  breakers(): { service: string; state: BreakerState }[] {
    return [...this.#remotes].map(([service, { state }]) => ({ service, state }));
  }

  close(): void {
    for (const remote of this.#remotes.values()) remote.close();
  }

  #findTransport(contract: DescService): Transport | undefined {
    if (this.#answeredHere.has(contract.typeName)) return this.#inProcess;
    return this.#inProcess && this.#remotes.get(ownerOf(contract))?.transport;
  }

  async #connectRemotes({ services, logger }: { services: readonly Service[]; logger: Logger }): Promise<void> {
    const elsewhere = rpcOwners.filter((owner) => services.every(({ name }) => name !== owner));
    for (const service of elsewhere) {
      const url = this.#config[rpcUrlName(service)];
      if (url === undefined) continue;
      // Who calls nobody over a network loads nothing of it.
      const { connectRemote } = await import('./remote.ts');
      const interceptors = [authorize(rpcSecret(this.#config))];
      this.#remotes.set(service, connectRemote({ service, url, interceptors, config: this.#config, logger }));
    }
  }
}

/** What the token between services follows from. Throws `ConfigError` if there is nothing that it could follow from. */
export function rpcSecret(config: SecretConfig): string {
  const secret = findRpcSecret(config);
  if (secret === undefined) throw new ConfigError('RPC_SECRET: is needed where there is no DATABASE_ROLE_SECRET');
  return secret;
}

type SecretConfig = Pick<Config, 'RPC_SECRET' | 'DATABASE_ROLE_SECRET'>;

function findRpcSecret(config: SecretConfig): string | undefined {
  return config.RPC_SECRET ?? config.DATABASE_ROLE_SECRET;
}

function authorize(secret: string): Interceptor {
  const authorization = `Bearer ${rpcToken(secret)}`;
  return (next) => (request) => {
    request.header.set('authorization', authorization);
    return next(request);
  };
}

function missingUrl(contract: DescService): string {
  const owner = ownerOf(contract);
  return `${rpcUrlName(owner)}: is not set, ${owner} does not run in this process`;
}

/** Routes of all services of this process. */
export function rpcRoutes(app: INestApplicationContext, services: readonly Service[]): Routes {
  return (router) => {
    for (const service of services) {
      for (const token of service.rpc ?? []) app.get(token, { strict: false }).register(router);
    }
  };
}
