import { isCurrency } from '@loyalnest/contracts/money';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { parsePayload, type Notice, type TopicProcessor } from '../webhooks/notice.ts';
import { isTimezone } from './merchant.ts';
import { MerchantService } from './merchant.service.ts';

/** Longer names are not Shopify's. */
const textMax = 255;

const shopPayload = z.object({
  name: z.string().max(textMax),
  currency: z.string().refine(isCurrency, 'is no currency'),
  iana_timezone: z.string().refine(isTimezone, 'is no time zone'),
  plan_display_name: z.string().max(textMax),
  updated_at: z.iso.datetime({ offset: true }),
});

/** A shop's own changes: name, currency, time zone, plan. */
@Injectable()
export class MerchantWebhooks implements TopicProcessor {
  readonly topics = ['shop/update'];

  constructor(private readonly merchants: MerchantService) {}

  async process({ merchantId, body }: Notice): Promise<void> {
    const shop = parsePayload(shopPayload, body);
    await this.merchants.update(merchantId, {
      name: shop.name,
      currency: shop.currency,
      timezone: shop.iana_timezone,
      shopifyPlan: shop.plan_display_name,
      shopifyUpdatedAt: new Date(shop.updated_at),
    });
  }
}
