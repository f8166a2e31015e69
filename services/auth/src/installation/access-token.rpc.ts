import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { ConnectRouter } from '@connectrpc/connect';
import { AppError } from '@loyalnest/contracts/errors';
import { AuthService } from '@loyalnest/contracts/proto/loyalnest/auth/v1/auth_pb';
import type { RpcRoutes } from '@loyalnest/platform/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { OfflineTokens } from './offline-tokens.ts';

const requestSchema = z.object({
  merchantId: z.bigint().min(1n).max(BigInt(Number.MAX_SAFE_INTEGER)),
  refusedTokenSha256: z.instanceof(Uint8Array).refine(({ length }) => length === 0 || length === 32),
});

/** `/auth.v1` for other services. */
@Injectable()
export class AccessTokenRpc implements RpcRoutes {
  constructor(private readonly tokens: OfflineTokens) {}

  register(router: ConnectRouter): void {
    router.service(AuthService, {
      getAccessToken: async (request) => {
        const parsed = requestSchema.safeParse(request);
        if (!parsed.success) throw new AppError('invalid-request');
        const { merchantId, refusedTokenSha256 } = parsed.data;
        const { accessToken, expiresAt } = await this.tokens.get({
          merchantId: Number(merchantId),
          refusedSha256: refusedTokenSha256.length === 0 ? undefined : refusedTokenSha256,
        });
        return { accessToken, expiresAt: timestampFromDate(expiresAt) };
      },
    });
  }
}
