import {
  balanceQuerySchema,
  balanceSchema,
  historyPageSchema,
  historyQuerySchema,
  type BalanceResponse,
  type HistoryEntry,
  type HistoryPage,
} from '@loyalnest/contracts/rest/points';
import { Database } from '@loyalnest/platform/database/database';
import { decodeCursor, encodeCursor } from '@loyalnest/platform/http/cursor';
import { CurrentPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { BalanceReader } from './balance-reader.ts';
import { balanceResponse } from './balance-response.ts';
import { customerOf } from './caller.ts';
import { historyEntry } from './history-entry.ts';
import { findHistory } from './history.repository.ts';

const placeSchema = z.object({ at: z.iso.datetime(), transferId: z.number().int() });

@ApiTags('points')
@Controller('v1/api/points')
@UseGuards(PrincipalGuard)
export class BalanceController {
  constructor(
    private readonly balances: BalanceReader,
    private readonly database: Database,
  ) {}

  @Get('balance')
  @ApiOperation({
    summary: 'Reads the balance of the signed-in shopper, or of the customer a merchant names',
    description:
      'While the database is away, the last balance that was read within a day, with `asOf`; 503 if there is none.',
  })
  @ApiOkResponse({ standardSchema: balanceSchema })
  async balance(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: balanceQuerySchema }) query: z.infer<typeof balanceQuerySchema>,
  ): Promise<BalanceResponse> {
    const customerId = customerOf(principal, query.customerId);
    const { merchantId } = principal;
    return balanceResponse(customerId, await this.balances.readOrRecall({ merchantId, customerId }));
  }

  @Get('history')
  @ApiOperation({ summary: "Lists what happened to a customer's points, newest first" })
  @ApiOkResponse({ standardSchema: historyPageSchema })
  async history(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: historyQuerySchema }) query: z.infer<typeof historyQuerySchema>,
  ): Promise<HistoryPage> {
    const { merchantId } = principal;
    const customerId = customerOf(principal, query.customerId);
    const place = decodeCursor(query.cursor, placeSchema);
    const rows = await this.database.forMerchant(merchantId, (tx) =>
      findHistory(tx, { merchantId, customerId, place, limit: query.limit + 1 }),
    );
    const items = rows.slice(0, query.limit);
    const last = rows.length > query.limit ? items.at(-1) : undefined;
    return {
      items: items.map((row) => forCaller(historyEntry(row), principal)),
      nextCursor: last ? encodeCursor({ at: last.created_at.toISOString(), transferId: last.transfer_id }) : null,
    };
  }
}

/** A shopper learns that a person of the shop did it, and not who. */
function forCaller(entry: HistoryEntry, principal: Principal): HistoryEntry {
  if (principal.kind === 'merchant' || !entry.actor.startsWith('staff:')) return entry;
  return { ...entry, actor: 'staff' };
}
