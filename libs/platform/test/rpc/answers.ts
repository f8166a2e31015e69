import { create } from '@bufbuild/protobuf';
import { AppError } from '@loyalnest/contracts/errors';
import { AdminService, MerchantSchema } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import { PointsService } from '@loyalnest/contracts/proto/loyalnest/points/v1/points_pb';
import { Code, ConnectError, type ConnectRouter, type HandlerContext } from '@connectrpc/connect';
import type { RpcClients } from '../../src/rpc/rpc.ts';

type Waiting = { name: string; answer(): void };

/**
 * Answers admin-core's contract as the called shop's name wants it: `fails`, `waits`, `asks-points`, and so on. Any other is
 * answered with the length of the merchant's name.
 */
export class Answers {
  /** Shops of the calls that arrived. */
  readonly arrived: string[] = [];
  readonly waiting: Waiting[] = [];
  /** Merchants' names of the calls that were given up. */
  readonly givenUp: string[] = [];
  /** So many of the next calls are answered as by somebody who is just going. */
  awayTimes = 0;
  readonly #rpc: RpcClients | undefined;

  constructor(rpc?: RpcClients) {
    this.#rpc = rpc;
  }

  readonly routes = (router: ConnectRouter): void => {
    router.service(AdminService, {
      installMerchant: async ({ shopDomain, name }, context) => {
        this.arrived.push(shopDomain);
        if (this.awayTimes > 0) {
          this.awayTimes -= 1;
          throw new ConnectError('just going', Code.Unavailable);
        }
        return { merchantId: await this.#answer(shopDomain, name, context), isNew: true };
      },
      getMerchants: ({ limit }) => {
        this.arrived.push('all');
        const merchant = create(MerchantSchema, { name: 'x'.repeat(10_000) });
        return { merchants: Array.from({ length: limit }, () => merchant) };
      },
    });
  };

  async #answer(shop: string, name: string, { signal }: HandlerContext): Promise<bigint> {
    if (shop === 'refuses') throw new AppError('reward-closed', 'Geschlossen – für heute');
    if (shop === 'cannot') throw new AppError('database-unavailable', undefined, { retryAfterSeconds: 7 });
    if (shop === 'breaks') throw new TypeError('a password is in here');
    if (shop === 'waits') return this.#wait(name, signal);
    if (shop === 'asks-points') return (await this.#points().getBalance({ customerId: 1n })).available;
    if (shop === 'asks-points-late') return this.#askTooLate(signal);
    return BigInt(name.length);
  }

  /** Goes on although nobody waits any more, and says in `givenUp` what became of it. */
  async #askTooLate(signal: AbortSignal): Promise<bigint> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    const end = await this.#points()
      .getBalance({})
      .then(
        () => 'answered',
        (error: unknown) => Code[ConnectError.from(error).code] ?? '',
      );
    this.givenUp.push(end);
    return 0n;
  }

  #wait(name: string, signal: AbortSignal): Promise<bigint> {
    signal.addEventListener('abort', () => this.givenUp.push(name));
    return new Promise((resolve) => this.waiting.push({ name, answer: () => resolve(BigInt(name.length)) }));
  }

  #points() {
    if (!this.#rpc) throw new Error('these answers call nobody');
    return this.#rpc.client(PointsService);
  }
}

/** points' contract: the balance is how long the caller waits for it. */
export function pointsRoutes(router: ConnectRouter): void {
  router.service(PointsService, {
    getBalance: (_request, context) => ({ available: BigInt(Math.round(context.timeoutMs() ?? -1)) }),
  });
}
