import {
  loginResponseSchema,
  refreshRequestSchema,
  rolesResponseSchema,
  tokensSchema,
  type LoginResponse,
  type RefreshRequest,
  type RolesResponse,
  type Tokens,
} from '@loyalnest/contracts/rest/auth';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { ApiProblems } from '@loyalnest/platform/http/api-description';
import { AppConfig } from '@loyalnest/platform/tokens';
import { bearerToken } from '@loyalnest/shopify/guards/bearer-tokens';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { verifySessionToken } from '@loyalnest/shopify/session-token';
import { Body, Controller, Get, Headers, HttpCode, Inject, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Installations } from '../installation/installations.ts';
import { SignIns } from './sign-ins.ts';

@ApiTags('auth')
@Controller('v1/api/auth')
export class SignInController {
  constructor(
    private readonly installations: Installations,
    private readonly signIns: SignIns,
    private readonly clock: Clock,
    @Inject(AppConfig) private readonly config: Config,
  ) {}

  @Post('login')
  @ApiOperation({
    summary: "Signs in with Shopify's session token",
    description: 'Installs the app in its shop if that has not happened yet.',
  })
  @ApiProblems('unauthenticated', 'shopify-refused', 'shopify-unavailable')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOkResponse({ standardSchema: loginResponseSchema })
  async login(@Headers('authorization') authorization: string | undefined): Promise<LoginResponse> {
    const text = bearerToken(authorization);
    const session = await verifySessionToken(text, {
      clientId: this.config.SHOPIFY_CLIENT_ID,
      clientSecret: this.config.SHOPIFY_CLIENT_SECRET,
      now: this.clock.now(),
    });
    const { shopDomain, userId } = session;
    const { merchantId, isNew } = await this.installations.ensure({ ...session, text });
    const tokens = await this.signIns.start({ merchantId, shopDomain, userId });
    return { merchantId, shopDomain, isNew, ...tokens };
  }

  @Post('refresh')
  @ApiOperation({
    summary: 'Gives the next pair of tokens',
    description: 'Each refresh token is good for one use; a second use ends the sign-in.',
  })
  @ApiProblems('unauthenticated')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: tokensSchema })
  refresh(@Body({ schema: refreshRequestSchema }) { refreshToken }: RefreshRequest): Promise<Tokens> {
    return this.signIns.refresh(refreshToken);
  }

  @Get('roles')
  @ApiOperation({ summary: 'Says what the caller may do' })
  @UseGuards(MerchantGuard)
  @ApiOkResponse({ standardSchema: rolesResponseSchema })
  roles(@CurrentPrincipal() { userId, roles }: MerchantPrincipal): RolesResponse {
    return { userId, roles: [...roles] };
  }
}
