import { AppError } from '@loyalnest/contracts/errors';
import {
  historyQuerySchema,
  redeemRequestSchema,
  redemptionIdSchema,
  redemptionPageSchema,
  redemptionSchema,
  type RedeemRequest,
  type RedemptionResponse,
} from '@loyalnest/contracts/rest/points';
import { Database } from '@loyalnest/platform/database/database';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { Idempotency, idempotencyHeader } from '@loyalnest/platform/http/idempotency';
import { CurrentPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { ShopDirectory, type Shop } from '@loyalnest/shopify/shops/shop-directory';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { actorOf, callerOf, customerOf } from '../balance/caller.ts';
import { listRedemptions } from './redemption.repository.ts';
import { Redemptions, type TakeResult } from './redemption.service.ts';
import type { Redemption } from './redemption.ts';
import { Settlement } from './settlement.service.ts';

const placeSchema = z.object({ beforeRedemptionId: z.number().int() });

@ApiTags('redemptions')
@Controller('v1/api')
@UseGuards(PrincipalGuard)
export class RedemptionController {
  constructor(
    private readonly redemptions: Redemptions,
    private readonly settlement: Settlement,
    private readonly idempotency: Idempotency,
    private readonly directory: ShopDirectory,
    private readonly database: Database,
  ) {}

  @Post('points/redeem')
  @ApiOperation({
    summary: 'Takes a reward',
    description: 'Points are set aside and a discount code is made. An unused code gives its points back.',
  })
  @ApiProblems('reward-not-found', 'reward-closed', 'reward-limit-reached', 'insufficient-points', 'shopify-refused')
  @HttpCode(201)
  @ApiHeader(idempotencyHeader)
  @ApiCreatedResponse({ standardSchema: redemptionSchema })
  async redeem(
    @CurrentPrincipal() principal: Principal,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: redeemRequestSchema }) body: RedeemRequest,
  ): Promise<RedemptionResponse> {
    const { merchantId } = principal;
    const customerId = customerOf(principal, body.customerId);
    const shop = await this.shopOf(principal);
    const request = { redeem: { ...body, customerId } };
    const answer = await this.idempotency.run(
      { merchantId, caller: callerOf(principal), key, request },
      async (requestKey) => {
        const taken = await this.redemptions.take({
          merchantId,
          customerId,
          rewardId: body.rewardId,
          requestKey,
          actor: actorOf(principal),
        });
        const { redemption, isNew } = getTaken(taken);
        const issued =
          redemption.status === 'held'
            ? await this.settlement.issue(shop, redemption, isNew ? 'first' : 'repeated')
            : redemption;
        if (issued.status === 'failed')
          throw new AppError('shopify-refused', 'Shopify would not make the discount code; the points are back');
        return { status: 201, body: toResponse(issued) };
      },
    );
    return answer.body;
  }

  @Get('redemptions')
  @ApiOperation({ summary: 'Lists the rewards a customer has taken, newest first' })
  @ApiOkResponse({ standardSchema: redemptionPageSchema })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: historyQuerySchema }) query: z.infer<typeof historyQuerySchema>,
  ): Promise<z.infer<typeof redemptionPageSchema>> {
    const { merchantId } = principal;
    const customerId = customerOf(principal, query.customerId);
    const beforeRedemptionId = decodeCursor(query.cursor, placeSchema)?.beforeRedemptionId;
    const rows = await this.database.forMerchant(merchantId, (tx) =>
      listRedemptions(tx, { merchantId, customerId, beforeRedemptionId, limit: query.limit + 1 }),
    );
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return {
      items: items.map(toResponse),
      nextCursor: last ? encodeCursor({ beforeRedemptionId: last.redemptionId }) : null,
    };
  }

  @Get('redemptions/:redemptionId')
  @ApiOperation({ summary: 'Reads a redemption' })
  @ApiProblems('redemption-not-found')
  @ApiOkResponse({ standardSchema: redemptionSchema })
  async find(
    @CurrentPrincipal() principal: Principal,
    @Param({ schema: redemptionIdSchema }) { redemptionId }: z.infer<typeof redemptionIdSchema>,
  ): Promise<RedemptionResponse> {
    return toResponse(await this.getOwn(principal, redemptionId));
  }

  @Post('redemptions/:redemptionId/cancel')
  @ApiOperation({ summary: 'Gives an unused code back for its points' })
  @ApiProblems('redemption-not-found', 'redemption-not-cancellable')
  @HttpCode(200)
  @ApiHeader(idempotencyHeader)
  @ApiOkResponse({ standardSchema: redemptionSchema })
  async cancel(
    @CurrentPrincipal() principal: Principal,
    @Headers('idempotency-key') key: string | undefined,
    @Param({ schema: redemptionIdSchema }) { redemptionId }: z.infer<typeof redemptionIdSchema>,
  ): Promise<RedemptionResponse> {
    const { merchantId } = principal;
    const shop = await this.shopOf(principal);
    const request = { cancel: redemptionId };
    const answer = await this.idempotency.run({ merchantId, caller: callerOf(principal), key, request }, async () => {
      const redemption = await this.getOwn(principal, redemptionId);
      const after = await this.settlement.release(shop, redemption, actorOf(principal));
      if (after.status !== 'releasing' && after.status !== 'released') throw new AppError('redemption-not-cancellable');
      return { status: 200, body: toResponse(after) };
    });
    return answer.body;
  }

  private async getOwn(principal: Principal, redemptionId: number): Promise<Redemption> {
    const redemption = await this.redemptions.find(principal.merchantId, redemptionId);
    if (!redemption) throw new AppError('redemption-not-found');
    if (principal.kind === 'shopper' && redemption.customerId !== principal.customerId)
      throw new AppError('redemption-not-found');
    return redemption;
  }

  private async shopOf(principal: Principal): Promise<Shop> {
    const shop = await this.directory.findShop(principal.shopDomain);
    if (!shop) throw new AppError('unknown-shop');
    return shop;
  }
}

function getTaken(result: TakeResult): { redemption: Redemption; isNew: boolean } {
  if (result.outcome === 'taken') return result;
  if (result.outcome === 'insufficient-points') {
    throw new AppError('insufficient-points', undefined, { details: { available: result.available } });
  }
  throw new AppError(result.outcome);
}

/** A redemption as the API tells it: a code only once it works at checkout. */
export function toResponse(redemption: Redemption): RedemptionResponse {
  const isUsable = redemption.status === 'active' || redemption.status === 'captured';
  return {
    redemptionId: redemption.redemptionId,
    rewardId: redemption.rewardId,
    customerId: redemption.customerId,
    points: redemption.points,
    status: redemption.status,
    code: isUsable ? redemption.code : null,
    orderId: redemption.orderId,
    restoredPoints: redemption.restoredPoints,
    createdAt: redemption.createdAt.toISOString(),
    expiresAt: redemption.expiresAt?.toISOString() ?? null,
  };
}
