import {
  activityPageSchema,
  activityQuerySchema,
  shopRedemptionPageSchema,
  shopRedemptionsQuerySchema,
  type ActivityPage,
  type ShopRedemptionPage,
} from '@loyalnest/contracts/rest/activity';
import { transferKindSchema } from '@loyalnest/contracts/rest/points';
import { Database } from '@loyalnest/platform/database/database';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { historyEntry } from '../balance/history-entry.ts';
import { toResponse } from '../redemption/redemption.controller.ts';
import { listActivity, listShopRedemptions } from './activity.repository.ts';

const placeSchema = z.object({ at: z.iso.datetime(), transferId: z.number().int() });
const redemptionPlaceSchema = z.object({ beforeRedemptionId: z.number().int() });

@ApiTags('activity')
@Controller('v1/api/points')
@UseGuards(MerchantGuard)
export class ActivityController {
  constructor(private readonly database: Database) {}

  @Get('activity')
  @ApiOperation({ summary: 'Lists what happened to the points of all customers, newest first' })
  @ApiOkResponse({ standardSchema: activityPageSchema })
  async activity(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: activityQuerySchema }) query: z.infer<typeof activityQuerySchema>,
  ): Promise<ActivityPage> {
    const place = decodeCursor(query.cursor, placeSchema);
    const kinds = query.kind ? [query.kind] : transferKindSchema.options;
    const rows = await this.database.forMerchant(merchantId, (tx) =>
      listActivity(tx, { merchantId, kinds, place, limit: query.limit + 1 }),
    );
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return {
      items: items.map((row) => ({ ...historyEntry(row), customerId: row.customer_id })),
      nextCursor: last ? encodeCursor({ at: last.created_at.toISOString(), transferId: last.transfer_id }) : null,
    };
  }

  @Get('redemptions')
  @ApiOperation({ summary: 'Lists the rewards that all customers have taken, newest first' })
  @ApiOkResponse({ standardSchema: shopRedemptionPageSchema })
  async redemptions(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: shopRedemptionsQuerySchema }) query: z.infer<typeof shopRedemptionsQuerySchema>,
  ): Promise<ShopRedemptionPage> {
    const { status, limit } = query;
    const beforeRedemptionId = decodeCursor(query.cursor, redemptionPlaceSchema)?.beforeRedemptionId;
    const rows = await this.database.forMerchant(merchantId, (tx) =>
      listShopRedemptions(tx, { merchantId, status, beforeRedemptionId, limit: limit + 1 }),
    );
    const items = rows.slice(0, limit);
    const last = rows.length > limit ? items.at(-1)?.redemption : undefined;
    return {
      items: items.map(({ redemption, ...names }) => ({ ...toResponse(redemption), ...names })),
      nextCursor: last ? encodeCursor({ beforeRedemptionId: last.redemptionId }) : null,
    };
  }
}
