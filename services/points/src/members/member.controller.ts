import { AppError } from '@loyalnest/contracts/errors';
import {
  memberDetailSchema,
  memberIdSchema,
  memberListQuerySchema,
  memberOrderPageSchema,
  memberPageSchema,
  type Member,
  type MemberDetail,
  type MemberListQuery,
  type MemberOrderPage,
  type MemberPage,
} from '@loyalnest/contracts/rest/customers';
import { pageQuerySchema } from '@loyalnest/contracts/rest/page';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, Param, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { pointValue, worthMinor } from '../rewards/point-value.ts';
import { listRewards } from '../rewards/reward.repository.ts';
import { listMemberOrders, type MemberOrderRow } from './member-order.repository.ts';
import { findMember, findOpenLots, listMembers, type MemberPlace, type MemberRow } from './member.repository.ts';
import { orderStatus } from './order-status.ts';

/** Points that expire within this time are `expiring`. */
const expiringMs = 30 * 24 * 60 * 60 * 1_000;

const count = z.number().int();
const placeSchema = z.discriminatedUnion('sort', [
  z.object({ sort: z.enum(['available', 'earned', 'orders']), order: z.string(), value: count, customerId: count }),
  z.object({ sort: z.literal('lastActivity'), order: z.string(), value: z.iso.datetime(), customerId: count }),
]);
const orderPlaceSchema = z.object({ beforeOrderId: count });

@ApiTags('customers')
@Controller('v1/api/points/members')
@UseGuards(MerchantGuard)
export class MemberController {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Lists customers by what the ledger knows of them',
    description: 'Customers who were deleted or merged are listed only when they are named.',
  })
  @ApiOkResponse({ standardSchema: memberPageSchema })
  async list(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Query({ schema: memberListQuerySchema }) query: MemberListQuery,
  ): Promise<MemberPage> {
    const expiringBefore = new Date(this.clock.now().getTime() + expiringMs);
    const page = { ...query, merchantId, place: placeOf(query), expiringBefore };
    const rows = await this.database.forMerchant(merchantId, (tx) => listMembers(tx, page));
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items: items.map(toMember), nextCursor: last ? cursorAt(last, query) : null };
  }

  @Get(':customerId')
  @ApiOperation({ summary: 'Reads a customer’s points: balance, lots, figures' })
  @ApiProblems('customer-not-found')
  @ApiOkResponse({ standardSchema: memberDetailSchema })
  async detail(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Param({ schema: memberIdSchema }) { customerId }: z.infer<typeof memberIdSchema>,
  ): Promise<MemberDetail> {
    return this.database.forMerchant(merchantId, async (tx) => {
      const member = await findMember(tx, merchantId, customerId);
      if (!member) throw new AppError('customer-not-found');
      const lots = await findOpenLots(tx, merchantId, customerId);
      const value = pointValue(await listRewards(tx, merchantId));
      return {
        ...toMember(member),
        lots: lots.map((lot) => ({
          ...lot,
          earnedAt: lot.earnedAt.toISOString(),
          expiresAt: lot.expiresAt?.toISOString() ?? null,
        })),
        valueMinor: worthMinor(member.available, value),
      };
    });
  }

  @Get(':customerId/orders')
  @ApiOperation({ summary: 'Lists a customer’s orders as the ledger knows them, newest first' })
  @ApiOkResponse({ standardSchema: memberOrderPageSchema })
  async orders(
    @CurrentPrincipal() { merchantId }: MerchantPrincipal,
    @Param({ schema: memberIdSchema }) { customerId }: z.infer<typeof memberIdSchema>,
    @Query({ schema: pageQuerySchema }) query: z.infer<typeof pageQuerySchema>,
  ): Promise<MemberOrderPage> {
    const beforeOrderId = decodeCursor(query.cursor, orderPlaceSchema)?.beforeOrderId;
    const rows = await this.database.forMerchant(merchantId, (tx) =>
      listMemberOrders(tx, { merchantId, customerId, beforeOrderId, limit: query.limit + 1 }),
    );
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return { items: items.map(toOrder), nextCursor: last ? encodeCursor({ beforeOrderId: last.order_id }) : null };
  }
}

/** A cursor is a place in one order only: with another it is not one of this list's. */
function placeOf({ cursor, sort, order }: MemberListQuery): MemberPlace | undefined {
  const place = decodeCursor(cursor, placeSchema);
  if (place && (place.sort !== sort || place.order !== order)) throw new AppError('invalid-cursor');
  return place;
}

function cursorAt(row: MemberRow & { place: number | Date }, { sort, order }: MemberListQuery): string {
  const value = row.place instanceof Date ? row.place.toISOString() : row.place;
  return encodeCursor({ sort, order, value, customerId: row.customer_id });
}

function toMember(row: MemberRow): Member {
  return {
    customerId: row.customer_id,
    pending: row.pending,
    available: row.available,
    held: row.held,
    earned: row.earned,
    orders: row.orders,
    lastActivityAt: row.last_activity_at?.toISOString() ?? null,
    isClosed: row.is_closed,
    mergedInto: row.merged_into,
  };
}

function toOrder(row: MemberOrderRow): MemberOrderPage['items'][number] {
  return {
    orderId: row.order_id,
    name: row.name,
    placedAt: row.placed_at,
    currency: row.currency,
    totalMinor: row.total_minor,
    status: orderStatus({
      isTest: row.is_test,
      isCancelled: row.cancelled_at !== null,
      financialStatus: row.financial_status,
    }),
    duePoints: row.due_points,
    pendingPoints: row.pending_points,
    availablePoints: row.available_points,
    approveAt: row.approve_at?.toISOString() ?? null,
    ruleVersion: row.rule_version,
  };
}
