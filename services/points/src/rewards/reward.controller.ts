import { AppError } from '@loyalnest/contracts/errors';
import {
  rewardIdSchema,
  rewardInputSchema,
  rewardListSchema,
  rewardSchema,
  type RewardInput,
  type RewardResponse,
} from '@loyalnest/contracts/rest/points';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { Idempotency, idempotencyHeader } from '@loyalnest/platform/http/idempotency';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { ShopDirectory } from '@loyalnest/shopify/shops/shop-directory';
import { Body, Controller, Get, Headers, Param, Post, Put, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { BalanceReader } from '../balance/balance-reader.ts';
import { callerOf } from '../balance/caller.ts';
import type { Reward } from './reward.ts';
import { addReward, changeReward, listRewards } from './reward.repository.ts';

@ApiTags('rewards')
@Controller('v1/api/rewards')
export class RewardController {
  constructor(
    private readonly database: Database,
    private readonly balances: BalanceReader,
    private readonly idempotency: Idempotency,
    private readonly directory: ShopDirectory,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Lists what points buy',
    description: 'Everything for a merchant; for a shopper what is open, with what they can afford now.',
  })
  @UseGuards(PrincipalGuard)
  @ApiOkResponse({ standardSchema: rewardListSchema })
  async list(@CurrentPrincipal() principal: Principal): Promise<z.infer<typeof rewardListSchema>> {
    const { merchantId, shopDomain } = principal;
    const shop = await this.directory.findShop(shopDomain);
    if (!shop) throw new AppError('unknown-shop');
    const rewards = await this.database.forMerchant(merchantId, (tx) => listRewards(tx, merchantId));
    if (principal.kind === 'merchant') return { currency: shop.currency, items: rewards.map(toResponse) };
    const open = rewards.filter((reward) => reward.isOpen).map(toResponse);
    if (principal.customerId === null) return { currency: shop.currency, items: open };
    const { available } = await this.balances.read({ merchantId, customerId: principal.customerId });
    return {
      currency: shop.currency,
      items: open.map((reward) => ({ ...reward, isAffordable: reward.points <= available })),
    };
  }

  @Post()
  @ApiOperation({ summary: 'Adds a reward', description: 'Without an Idempotency-Key each request adds one.' })
  @UseGuards(MerchantGuard)
  @ApiHeader({ ...idempotencyHeader, required: false })
  @ApiCreatedResponse({ standardSchema: rewardSchema })
  async add(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: rewardInputSchema }) input: RewardInput,
  ): Promise<RewardResponse> {
    const { merchantId } = principal;
    const add = async (requestKey: string | undefined): Promise<RewardResponse> => {
      const addition = { merchantId, input, now: this.clock.now(), requestKey };
      return toResponse(await this.database.forMerchant(merchantId, (tx) => addReward(tx, addition)));
    };
    if (key === undefined) return add(undefined);
    const request = { addReward: input };
    const answer = await this.idempotency.run(
      { merchantId, caller: callerOf(principal), key, request },
      async (requestKey) => ({ status: 201, body: await add(requestKey) }),
    );
    return answer.body;
  }

  @Put(':rewardId')
  @ApiOperation({ summary: 'Changes a reward for those who take it from now on' })
  @ApiProblems('reward-not-found')
  @UseGuards(MerchantGuard)
  @ApiOkResponse({ standardSchema: rewardSchema })
  async change(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Param({ schema: rewardIdSchema }) { rewardId }: z.infer<typeof rewardIdSchema>,
    @Body({ schema: rewardInputSchema }) input: RewardInput,
  ): Promise<RewardResponse> {
    const reward = await this.database.forMerchant(merchantId, (tx) => changeReward(tx, merchantId, rewardId, input));
    if (!reward) throw new AppError('reward-not-found');
    return toResponse(reward);
  }
}

function toResponse({ merchantId: _, ...reward }: Reward): RewardResponse {
  return reward;
}
