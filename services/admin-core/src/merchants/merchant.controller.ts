import { merchantSchema, type MerchantResponse } from '@loyalnest/contracts/rest/merchant';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Merchant } from './merchant.ts';
import { MerchantService } from './merchant.service.ts';

@ApiTags('merchant')
@Controller('v1/api/merchant')
@UseGuards(MerchantGuard)
export class MerchantController {
  constructor(private readonly merchants: MerchantService) {}

  @Get()
  @ApiOperation({ summary: 'Reads the shop that the caller works for' })
  @ApiProblems('not-found')
  @ApiOkResponse({ standardSchema: merchantSchema })
  async find(@CurrentPrincipal() { merchantId }: MerchantPrincipal): Promise<MerchantResponse> {
    return toResponse(await this.merchants.getMerchant(merchantId));
  }
}

function toResponse(merchant: Merchant): MerchantResponse {
  return {
    merchantId: merchant.merchantId,
    shopDomain: merchant.shopDomain,
    name: merchant.name,
    currency: merchant.currency,
    timezone: merchant.timezone,
    plan: merchant.shopifyPlan || null,
    installedAt: merchant.installedAt.toISOString(),
  };
}
