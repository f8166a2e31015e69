import { AppError } from '@loyalnest/contracts/errors';
import { PointsService } from '@loyalnest/contracts/proto/loyalnest/points/v1/points_pb';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { OutboxSignal } from '@loyalnest/platform/events/outbox-signal';
import type { RpcRoutes } from '@loyalnest/platform/service';
import type { ConnectRouter } from '@connectrpc/connect';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { BalanceReader } from '../balance/balance-reader.ts';
import { addMonths } from '../orders/order-plan.ts';
import { findProgrammes } from '../programme/programme.repository.ts';
import { Ledger } from './ledger.service.ts';
import { retryLostRaces } from './lost-race.ts';

const id = z.bigint().transform(Number).pipe(z.number().int().positive());
const customerSchema = z.object({ merchantId: id, customerId: id });
/** Keys that the ledger makes (docs/ledger.md). A caller who used one would take it from the transfer it belongs to. */
const ownKeys = /^(order|redemption|expire|signup|merge|close)\//;
const earnSchema = customerSchema.extend({
  points: z.bigint().transform(Number).pipe(z.number().int().min(1).max(1_000_000_000)),
  businessKey: z
    .string()
    .regex(/^[\w./:-]{1,200}$/)
    .refine((key) => !ownKeys.test(key), 'begins like a key of the ledger itself'),
  reason: z.string().max(200),
});

/** Balance and earning for other services; see points.proto. */
@Injectable()
export class PointsRpc implements RpcRoutes {
  constructor(
    private readonly balances: BalanceReader,
    private readonly ledger: Ledger,
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly signal: OutboxSignal,
  ) {}

  register(router: ConnectRouter): void {
    router.service(PointsService, {
      getBalance: async (request) => {
        const customer = parse(customerSchema, request);
        await this.assertMerchant(customer.merchantId);
        const { pending, available, held } = await this.balances.read(customer);
        return { pending: BigInt(pending), available: BigInt(available), held: BigInt(held) };
      },
      earn: async (request) => {
        const earned = await this.earn(parse(earnSchema, request));
        return { transferId: BigInt(earned.transferId), isNew: earned.isNew, available: BigInt(earned.available) };
      },
    });
  }

  private async assertMerchant(merchantId: number): Promise<void> {
    const programmes = await this.database.forMerchant(merchantId, (tx) => findProgrammes(tx, [merchantId]));
    if (!programmes.has(merchantId)) throw new AppError('not-found', 'No such merchant');
  }

  private async earn(
    request: z.infer<typeof earnSchema>,
  ): Promise<{ transferId: number; isNew: boolean; available: number }> {
    const { merchantId, customerId, points, businessKey, reason } = request;
    const now = this.clock.now();
    const result = await retryLostRaces(() =>
      this.database.forMerchant(merchantId, async (tx) => {
        const programme = (await findProgrammes(tx, [merchantId])).get(merchantId);
        if (!programme) throw new AppError('not-found', 'No such merchant');
        const expiresAt = addMonths(now, programme.settings.expiry.afterMonths);
        const [posted] = await this.ledger.post(
          tx,
          merchantId,
          [
            {
              kind: 'earn',
              to: 'available',
              customerId,
              points,
              businessKey,
              reason,
              earnedAt: now,
              expiresAt,
              actor: 'api',
            },
          ],
          now,
        );
        return posted;
      }),
    );
    if (!result || result.outcome === 'insufficient') throw new Error('an earning cannot be insufficient');
    this.signal.committed();
    return {
      transferId: result.transfer.transferId,
      isNew: result.outcome === 'posted',
      available: result.balance.available,
    };
  }
}

function parse<S extends z.ZodType>(schema: S, message: unknown): z.infer<S> {
  const parsed = schema.safeParse(message);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message: text }) => ({ path: path.join('.'), message: text }));
  throw new AppError('invalid-request', undefined, { details: { issues } });
}
