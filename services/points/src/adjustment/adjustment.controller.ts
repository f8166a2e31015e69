import { AppError } from '@loyalnest/contracts/errors';
import {
  adjustmentSchema,
  adjustRequestSchema,
  transferIdSchema,
  type Adjustment,
  type AdjustRequest,
} from '@loyalnest/contracts/rest/customers';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { Idempotency, idempotencyHeader } from '@loyalnest/platform/http/idempotency';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Body, Controller, Headers, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { actorOf, callerOf } from '../balance/caller.ts';
import { Adjustments, type UndoResult } from './adjustment.service.ts';

@ApiTags('customers')
@Controller('v1/api/points/adjust')
@UseGuards(MerchantGuard)
export class AdjustmentController {
  constructor(
    private readonly adjustments: Adjustments,
    private readonly idempotency: Idempotency,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Gives a customer points by hand, or takes them',
    description: 'No more can be taken than is available. A customer who never had points gets a balance.',
  })
  @ApiProblems('customer-not-found', 'insufficient-points')
  @HttpCode(201)
  @ApiHeader(idempotencyHeader)
  @ApiCreatedResponse({ standardSchema: adjustmentSchema })
  adjust(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Headers('idempotency-key') key: string | undefined,
    @Body({ schema: adjustRequestSchema }) body: AdjustRequest,
  ): Promise<Adjustment> {
    const by = { merchantId: principal.merchantId, actor: actorOf(principal) };
    return this.once(principal, { key, request: { adjust: body } }, (requestKey) =>
      this.adjustments.adjust({ ...body, ...by, requestKey }),
    );
  }

  @Post(':transferId/undo')
  @ApiOperation({
    summary: 'Undoes an adjustment',
    description:
      'What was taken goes back into the lots it came from. What was given is taken back, unless it was spent or has expired.',
  })
  @ApiProblems('transfer-not-found', 'customer-not-found', 'not-undoable', 'already-undone', 'insufficient-points')
  @HttpCode(201)
  @ApiHeader(idempotencyHeader)
  @ApiCreatedResponse({ standardSchema: adjustmentSchema })
  undo(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Headers('idempotency-key') key: string | undefined,
    @Param({ schema: transferIdSchema }) { transferId }: z.infer<typeof transferIdSchema>,
  ): Promise<Adjustment> {
    const by = { merchantId: principal.merchantId, actor: actorOf(principal) };
    // A request whose process died after the commit learns from its repetition that this was undone before, which is so.
    return this.once(principal, { key, request: { undo: transferId } }, () =>
      this.adjustments.undo({ ...by, transferId }),
    );
  }

  private async once(
    principal: MerchantPrincipal,
    asked: { key: string | undefined; request: unknown },
    work: (requestKey: string) => Promise<UndoResult>,
  ): Promise<Adjustment> {
    const { merchantId } = principal;
    const answer = await this.idempotency.run(
      { merchantId, caller: callerOf(principal), ...asked },
      async (requestKey) => ({ status: 201, body: getAdjusted(await work(requestKey)) }),
    );
    return answer.body;
  }
}

function getAdjusted(result: UndoResult): Adjustment {
  switch (result.outcome) {
    case 'adjusted':
      return result.adjustment;
    case 'insufficient-points':
      throw new AppError(result.outcome, undefined, { details: { available: result.available } });
    case 'already-undone':
      throw new AppError(result.outcome, undefined, { details: { undoneBy: result.undoneBy } });
    default:
      throw new AppError(result.outcome);
  }
}
