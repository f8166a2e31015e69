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
import { RateLimits, type Reply } from '@loyalnest/platform/http/rate-limits';
import { AppConfig } from '@loyalnest/platform/tokens';
import { bearerToken } from '@loyalnest/shopify/guards/bearer-tokens';
import { MerchantGuard } from '@loyalnest/shopify/guards/merchant.guard';
import { CurrentPrincipal, type MerchantPrincipal } from '@loyalnest/shopify/guards/principal';
import { verifySessionToken } from '@loyalnest/shopify/session-token';
import { Body, Controller, Get, Headers, HttpCode, Inject, Ip, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Installations } from '../installation/installations.ts';
import { merchantOfRefreshToken } from './refresh-token.ts';
import { SignIns } from './sign-ins.ts';

@ApiTags('auth')
@Controller('v1/api/auth')
export class SignInController {
  constructor(
    private readonly installations: Installations,
    private readonly signIns: SignIns,
    private readonly clock: Clock,
    private readonly limits: RateLimits,
    @Inject(AppConfig) private readonly config: Config,
  ) {}

  @Post('login')
  @ApiOperation({
    summary: "Signs in with Shopify's session token",
    description: 'Installs the app in its shop if that has not happened yet.',
  })
  @ApiProblems('unauthenticated', 'too-many-requests', 'shopify-refused', 'shopify-unavailable')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOkResponse({ standardSchema: loginResponseSchema })
  async login(
    @Headers('authorization') authorization: string | undefined,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<LoginResponse> {
    const text = bearerToken(authorization);
    const session = await verifySessionToken(text, {
      clientId: this.config.SHOPIFY_CLIENT_ID,
      clientSecret: this.config.SHOPIFY_CLIENT_SECRET,
      now: this.clock.now(),
    });
    const { shopDomain, userId } = session;
    await this.limits.admit('sign-in', shopDomain, reply);
    const { merchantId, isNew } = await this.installations.ensure({ ...session, text });
    const tokens = await this.signIns.start({ merchantId, shopDomain, userId });
    return { merchantId, shopDomain, isNew, ...tokens };
  }

  @Post('refresh')
  @ApiOperation({
    summary: 'Gives the next pair of tokens',
    description: 'Each refresh token is good for one use; a second use ends the sign-in.',
  })
  @ApiProblems('unauthenticated', 'too-many-requests')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: tokensSchema })
  async refresh(
    @Body({ schema: refreshRequestSchema }) { refreshToken }: RefreshRequest,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<Tokens> {
    // Anybody can name a shop here. With the address, whoever makes tokens up uses up nobody's refreshes but his own.
    const merchantId = merchantOfRefreshToken(refreshToken);
    if (merchantId !== undefined) await this.limits.admit('sign-in', `${merchantId}:${address}`, reply);
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
