import type { KeyObject } from 'node:crypto';
import { streamTokenSchema, type StreamToken } from '@loyalnest/contracts/rest/stream';
import { Clock } from '@loyalnest/platform/clock';
import type { Config } from '@loyalnest/platform/config/config';
import { AppConfig } from '@loyalnest/platform/tokens';
import { CurrentPrincipal, type Principal } from '@loyalnest/shopify/guards/principal';
import { PrincipalGuard } from '@loyalnest/shopify/guards/principal.guard';
import { Controller, Get, Header, Inject, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { customerOf } from '../balance/caller.ts';
import { streamPath } from './points-stream.ts';
import { signStreamToken, streamTokenKey, streamTokenMs, type StreamListener } from './stream-token.ts';

@ApiTags('points')
@Controller('v1/api/points')
@UseGuards(PrincipalGuard)
export class StreamController {
  private readonly key: KeyObject;
  private readonly url: string;

  constructor(
    @Inject(AppConfig) config: Config,
    private readonly clock: Clock,
  ) {
    this.key = streamTokenKey(config.SHOPIFY_CLIENT_SECRET);
    this.url = new URL(streamPath, config.APP_URL).toString().replace(/^http/, 'ws');
  }

  @Get('stream-token')
  @ApiOperation({
    summary: 'Gives a token for the stream of updates',
    description:
      'A shopper hears of their own points, staff of the whole shop. The token goes into the first message on the WebSocket `url`: `{"type":"hello","token":…,"after":null}`.',
  })
  @Header('cache-control', 'no-store')
  @ApiOkResponse({ standardSchema: streamTokenSchema })
  token(@CurrentPrincipal() principal: Principal): StreamToken {
    const expiresAt = new Date(this.clock.now().getTime() + streamTokenMs);
    const token = signStreamToken(listenerOf(principal), { key: this.key, expiresAt });
    return { url: this.url, token, expiresAt: expiresAt.toISOString() };
  }
}

function listenerOf(principal: Principal): StreamListener {
  const { merchantId } = principal;
  return principal.kind === 'merchant'
    ? { kind: 'staff', merchantId, userId: principal.userId }
    : { kind: 'customer', merchantId, customerId: customerOf(principal, undefined) };
}
