import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { customerId } from '../customers/shopify-customer.ts';
import { parsePayload, type Notice, type TopicProcessor } from '../webhooks/notice.ts';
import { PrivacyService, type Submission } from './privacy.service.ts';

const customer = z.object({ id: customerId });
const dataRequestPayload = z.object({ customer, data_request: z.object({ id: z.number().int() }) });
const redactPayload = z.object({ customer });
const shopRedactPayload = z.object({});

/** The three topics that Shopify demands of every app. */
@Injectable()
export class PrivacyWebhooks implements TopicProcessor {
  readonly topics = ['customers/data_request', 'customers/redact', 'shop/redact'];

  constructor(private readonly privacy: PrivacyService) {}

  process(notice: Notice): Promise<void> {
    return this.privacy.submit(readSubmission(notice));
  }
}

function readSubmission({ merchantId, topic, webhookId, body }: Notice): Submission {
  if (topic === 'customers/data_request') {
    const payload = parsePayload(dataRequestPayload, body);
    const sourceKey = String(payload.data_request.id);
    return { merchantId, kind: 'data_request', customerId: payload.customer.id, sourceKey };
  }
  if (topic === 'customers/redact') {
    const payload = parsePayload(redactPayload, body);
    return { merchantId, kind: 'customer_redact', customerId: payload.customer.id, sourceKey: webhookId };
  }
  parsePayload(shopRedactPayload, body);
  return { merchantId, kind: 'shop_redact', customerId: null, sourceKey: webhookId };
}
