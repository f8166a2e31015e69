import { totalsSchema, type TotalsResponse } from '@loyalnest/contracts/rest/points';
import { Database } from '@loyalnest/platform/database/database';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { sumTotals } from './totals.repository.ts';

@ApiTags('points')
@Controller('v1/api/points/totals')
@UseGuards(MerchantGuard)
export class TotalsController {
  constructor(private readonly database: Database) {}

  @Get()
  @ApiOperation({ summary: "Sums the shop's ledger: what was issued, where it went, and what customers have" })
  @ApiOkResponse({ standardSchema: totalsSchema })
  async totals(@CurrentPrincipal() { merchantId }: MerchantPrincipal): Promise<TotalsResponse> {
    const totals = await this.database.forMerchant(merchantId, (tx) => sumTotals(tx, merchantId));
    return { ...totals, outstanding: totals.pending + totals.available + totals.held };
  }
}
