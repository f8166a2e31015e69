import { AppError } from '@loyalnest/contracts/errors';
import {
  webhookFailureDetailSchema,
  webhookFailureIdSchema,
  webhookFailurePageSchema,
  webhookRetrySchema,
  type WebhookFailureDetail,
  type WebhookFailurePage,
  type WebhookFailureResponse,
  type WebhookRetry,
} from '@loyalnest/contracts/rest/activity';
import { pageQuerySchema } from '@loyalnest/contracts/rest/page';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { failureId, parseFailureId } from './failure-id.ts';
import { ShopifyWebhooks } from './shopify.webhooks.ts';
import type { FailureKey, WebhookFailure } from './webhook-failure.repository.ts';
import { WebhookFailures } from './webhook-failures.ts';

const placeSchema = z.object({ at: z.iso.datetime(), topic: z.string(), webhookId: z.string() });

type FailureParam = z.infer<typeof webhookFailureIdSchema>;

@ApiTags('activity')
@Controller('v1/api/customers/webhook-failures')
@UseGuards(MerchantGuard)
export class WebhookFailureController {
  constructor(
    private readonly failures: WebhookFailures,
    private readonly webhooks: ShopifyWebhooks,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Lists the webhooks about customers and the shop that could not be processed, newest first',
  })
  @ApiOkResponse({ standardSchema: webhookFailurePageSchema })
  async list(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<WebhookFailurePage> {
    const place = decodeCursor(query.cursor, placeSchema);
    const failures = await this.failures.list({ merchantId, place, limit: query.limit + 1 });
    const items = failures.slice(0, query.limit);
    const last = failures.length > query.limit ? items.at(-1) : undefined;
    return { items: items.map(toResponse), nextCursor: last ? encodeCursor(placeOf(last)) : null };
  }

  @Get(':failureId')
  @ApiOperation({
    summary: 'Reads a kept webhook with its body',
    description: 'The body may hold personal data; the audit log keeps who read it.',
  })
  @ApiProblems('webhook-failure-not-found')
  @ApiOkResponse({ standardSchema: webhookFailureDetailSchema })
  async detail(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Param({ schema: webhookFailureIdSchema }) { failureId: id }: FailureParam,
  ): Promise<WebhookFailureDetail> {
    const failure = await this.failures.read(keyOf(principal, id), actorOf(principal));
    if (!failure) throw new AppError('webhook-failure-not-found');
    return { ...toResponse(failure), payload: failure.payload };
  }

  @Post('retry')
  @ApiOperation({
    summary: 'Tries kept webhooks again',
    description: 'At most 100 at once, those first whose last try is longest ago. Ask again to go on.',
  })
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: webhookRetrySchema })
  retryAll(@CurrentPrincipal() principal: MerchantPrincipal): Promise<WebhookRetry> {
    return this.webhooks.retryOldest(principal.merchantId, actorOf(principal));
  }

  @Post(':failureId/retry')
  @ApiOperation({
    summary: 'Tries a kept webhook again',
    description: 'If it is processed now it is kept no longer; if it fails again it says why.',
  })
  @ApiProblems('webhook-failure-not-found')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: webhookRetrySchema })
  async retry(
    @CurrentPrincipal() principal: MerchantPrincipal,
    @Param({ schema: webhookFailureIdSchema }) { failureId: id }: FailureParam,
  ): Promise<WebhookRetry> {
    const { outcome } = await this.webhooks.retry(keyOf(principal, id), actorOf(principal));
    if (outcome === 'not-found') throw new AppError('webhook-failure-not-found');
    const processed = outcome === 'processed' ? 1 : 0;
    return { retried: 1, processed, failedAgain: 1 - processed };
  }
}

function keyOf({ merchantId }: MerchantPrincipal, id: string): FailureKey {
  const key = parseFailureId(merchantId, id);
  if (!key) throw new AppError('webhook-failure-not-found');
  return key;
}

function actorOf({ userId }: MerchantPrincipal): string {
  return `staff/${userId}`;
}

function placeOf({ failedAt, topic, webhookId }: WebhookFailure): z.infer<typeof placeSchema> {
  return { at: failedAt.toISOString(), topic, webhookId };
}

function toResponse(failure: WebhookFailure): WebhookFailureResponse {
  return {
    failureId: failureId(failure),
    topic: failure.topic,
    webhookId: failure.webhookId,
    reason: failure.reason,
    detail: failure.detail,
    attempts: failure.attempts,
    triggeredAt: failure.triggeredAt?.toISOString() ?? null,
    failedAt: failure.failedAt.toISOString(),
  };
}
