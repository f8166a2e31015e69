import { AppError } from '@loyalnest/contracts/errors';
import {
  revokeRequestSchema,
  revokeResponseSchema,
  type RevokeRequest,
  type RevokeResponse,
} from '@loyalnest/contracts/rest/auth';
import { Clock } from '@loyalnest/platform/clock';
import { Database } from '@loyalnest/platform/database/database';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Revocations } from './revocations.ts';

@ApiTags('auth')
@Controller('admin/v1/auth')
@UseGuards(MerchantGuard)
export class RevocationController {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly clock: Clock,
  ) {}

  @Post('revoke')
  @ApiOperation({
    summary: "Ends sign-ins of the caller's own shop at once, with their tokens",
    description: 'Needs `admin:full`.',
  })
  @ApiProblems('forbidden', 'not-found')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: revokeResponseSchema })
  async revoke(
    @CurrentPrincipal() { merchantId, roles }: MerchantPrincipal,
    @Body({ schema: revokeRequestSchema }) request: RevokeRequest,
  ): Promise<RevokeResponse> {
    if (!roles.includes('admin:full')) throw new AppError('forbidden');
    const which = 'everybody' in request ? 'all' : request;
    const now = this.clock.now();
    const { count, revoked } = await this.database.forMerchant(merchantId, (tx) =>
      this.revocations.end(tx, { merchantId, which, reason: 'revoked', now }),
    );
    await this.revocations.announce(revoked);
    if ('tokenId' in request && count === 0) throw new AppError('not-found');
    return { signIns: count };
  }
}
