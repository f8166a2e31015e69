import { create } from '@bufbuild/protobuf';
import type { ConnectRouter } from '@connectrpc/connect';
import { AppError } from '@loyalnest/contracts/errors';
import { isCurrency } from '@loyalnest/contracts/money';
import { AdminService, MerchantSchema } from '@loyalnest/contracts/proto/loyalnest/admin/v1/admin_pb';
import type { RpcRoutes } from '@loyalnest/platform/service';
import { isShopDomain } from '@loyalnest/shopify/shops/shop-domain';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { isTimezone, type Merchant } from './merchant.ts';
import { MerchantService } from './merchant.service.ts';

/** Longer names are not Shopify's. */
const textMax = 255;

const installationSchema = z.object({
  shopDomain: z.string().refine(isShopDomain),
  name: z.string().max(textMax),
  currency: z.string().refine(isCurrency),
  timezone: z.string().refine(isTimezone),
  shopifyPlan: z.string().max(textMax),
});

const pageSchema = z.object({
  afterMerchantId: z.bigint().min(0n).max(BigInt(Number.MAX_SAFE_INTEGER)),
  limit: z.number().int().min(1).max(250),
});

/** `/admin.v1` for other services. */
@Injectable()
export class MerchantRpc implements RpcRoutes {
  constructor(private readonly merchants: MerchantService) {}

  register(router: ConnectRouter): void {
    router.service(AdminService, {
      installMerchant: async (request) => {
        const { merchantId, isNew } = await this.merchants.install(parse(installationSchema, request));
        return { merchantId: BigInt(merchantId), isNew };
      },
      getMerchants: async (request) => {
        const { afterMerchantId, limit } = parse(pageSchema, request);
        const merchants = await this.merchants.list({ afterMerchantId: Number(afterMerchantId), limit });
        return { merchants: merchants.map(toMessage) };
      },
    });
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, request: unknown): z.output<Schema> {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new AppError(
    'invalid-request',
    parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  );
}

function toMessage(merchant: Merchant) {
  return create(MerchantSchema, {
    merchantId: BigInt(merchant.merchantId),
    shopDomain: merchant.shopDomain,
    name: merchant.name,
    currency: merchant.currency,
    timezone: merchant.timezone,
    shopifyPlan: merchant.shopifyPlan,
    isInstalled: merchant.isInstalled,
  });
}
