import { createHash } from 'node:crypto';
import { timestampDate } from '@bufbuild/protobuf/wkt';
import { AuthService } from '@loyalnest/contracts/proto/loyalnest/auth/v1/auth_pb';
import { Clock } from '@loyalnest/platform/clock';
import { fromRpcError } from '@loyalnest/platform/rpc/rpc-error';
import { RpcClients } from '@loyalnest/platform/rpc/rpc';
import { Injectable } from '@nestjs/common';
import { AccessTokens, renewAheadMs, type ShopRef } from './access-tokens.ts';

/** Asks auth, and keeps each token in memory until it is nearly due for renewal. */
@Injectable()
export class RpcAccessTokens extends AccessTokens {
  private readonly held = new Map<number, { token: string; goodUntilMs: number }>();
  private readonly asked = new Map<number, Promise<string>>();

  constructor(
    private readonly rpc: RpcClients,
    private readonly clock: Clock,
  ) {
    super();
  }

  async accessToken({ merchantId }: ShopRef): Promise<string> {
    const held = this.held.get(merchantId);
    if (held && this.clock.now().getTime() < held.goodUntilMs) return held.token;
    return this.askOnce(merchantId, undefined);
  }

  async renewedToken({ merchantId }: ShopRef, refusedToken: string): Promise<string> {
    // Whoever shares the token may have renewed it meanwhile.
    const held = this.held.get(merchantId);
    if (held && held.token !== refusedToken) return held.token;
    this.held.delete(merchantId);
    return this.ask(merchantId, refusedToken);
  }

  private askOnce(merchantId: number, refusedToken: string | undefined): Promise<string> {
    const asked = this.asked.get(merchantId);
    if (asked) return asked;
    const asking = this.ask(merchantId, refusedToken).finally(() => this.asked.delete(merchantId));
    this.asked.set(merchantId, asking);
    return asking;
  }

  private async ask(merchantId: number, refusedToken: string | undefined): Promise<string> {
    const refusedTokenSha256 =
      refusedToken === undefined ? new Uint8Array() : createHash('sha256').update(refusedToken).digest();
    try {
      const client = this.rpc.client(AuthService);
      const answer = await client.getAccessToken({ merchantId: BigInt(merchantId), refusedTokenSha256 });
      if (!answer.expiresAt) throw new Error('an access token without its end');
      const goodUntilMs = timestampDate(answer.expiresAt).getTime() - renewAheadMs;
      this.held.set(merchantId, { token: answer.accessToken, goodUntilMs });
      return answer.accessToken;
    } catch (error) {
      throw fromRpcError(error);
    }
  }
}
